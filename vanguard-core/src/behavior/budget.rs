//! How often and how much: budgets over the store's counters.

use std::time::Duration;

use super::event::{Event, Kind};
use super::hash::{hash_all, mix};
use super::sessions::Id;
use super::state::{CounterKey, Quota, StateError, StateStore};
use crate::config::{BehaviorConfig, Budget, Measure, Pattern, Per};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::message::{Context, Flow};
use crate::rules::own;

/// The budgets that hold, each with its slot.
#[derive(Debug)]
pub(crate) struct Budgets {
    all: Vec<(Budget, u64)>,
}

/// The number of a budget, the same wherever it is configured: who shares counters may have others beside it.
fn slot(budget: &Budget) -> u64 {
    let Budget { per, of, tool, quota } = budget;
    let words = [Some(per.as_str()), Some(of.as_str()), tool.as_ref().map(Pattern::as_str)];
    let numbers = [quota.most, quota.within.as_secs(), quota.burst.map_or(0, |burst| burst.saturating_add(1))];
    numbers.into_iter().fold(hash_all(&words), mix)
}

impl Budgets {
    pub(crate) fn new(config: &BehaviorConfig) -> Self {
        let all = config.budgets().into_iter();
        Self {
            all: all
                .map(|budget| {
                    let slot = slot(&budget);
                    (budget, slot)
                })
                .collect(),
        }
    }

    /// The counter of a budget that a message counts for; none if it isn't its. What a session's tools and methods used is its own, and
    /// forgotten with it.
    fn key((budget, slot): &(Budget, u64), id: Id, context: &Context<'_>, event: &Event<'_>) -> Option<CounterKey> {
        if budget.tool.as_ref().is_some_and(|tool| event.kind != Kind::Call || !tool.matches(event.tool_name())) {
            return None;
        }
        let of = |owner, subject| Some(CounterKey { owner, subject, slot: *slot });
        let within = |name: &str| {
            let slot = mix(*slot, hash_all(&[context.server, Some(name)]));
            Some(CounterKey { owner: id.owner, subject: id.subject, slot })
        };
        match budget.per {
            Per::Session => of(id.owner, id.subject),
            Per::Principal => of(id.owner, hash_all(&[context.tenant, Some(context.principal?)])),
            // What several principals use is nobody's own.
            Per::Tenant => {
                let tenant = hash_all(&[Some(context.tenant?)]);
                of(tenant, tenant)
            }
            Per::Server => {
                let server = mix(1, hash_all(&[Some(context.server?)]));
                of(server, server)
            }
            Per::Tool if event.kind == Kind::Call => within(event.tool_name()),
            Per::Tool => None,
            Per::Method => within(event.method_name()),
        }
    }

    /// Whether it is one that budgets refuse: a call, or where methods are counted any request. A ping is nobody's work.
    fn is_held(per: Per, event: &Event<'_>) -> bool {
        event.flow == Flow::ToServer && (event.kind == Kind::Call || per == Per::Method && event.kind == Kind::Request)
    }

    /// What a message adds to a measure.
    fn amount(budget: &Budget, event: &Event<'_>, blocked: bool, config: &BehaviorConfig) -> u64 {
        let request = Self::is_held(budget.per, event);
        match budget.of {
            Measure::Requests => u64::from(request && !blocked),
            Measure::Blocked => u64::from(request && blocked),
            Measure::Cost if request && !blocked && event.kind == Kind::Call => {
                u64::from(config.cost(event.tool_name()))
            }
            Measure::BytesOut if event.flow == Flow::ToServer && !blocked => event.bytes,
            Measure::BytesIn if event.flow == Flow::ToClient && !blocked => event.bytes,
            _ => 0,
        }
    }

    /// What of the budgets a request finds used up. `room`: what [`Budgets::count`] left.
    pub(crate) fn judge(
        &self,
        store: &dyn StateStore,
        (id, context, event): (Id, &Context<'_>, &Event<'_>),
        at: Duration,
        room: &[u64],
    ) -> Result<Option<Finding>, StateError> {
        for (place, held) in self.all.iter().enumerate().filter(|(_, (budget, _))| Self::is_held(budget.per, event)) {
            if room.get(place).is_some_and(|room| *room > 0) {
                continue;
            }
            let Some(key) = Self::key(held, id, context, event) else { continue };
            let (budget, _) = held;
            let level = store.level(key, &budget.quota, at)?;
            let Some(wait) = level.retry_after else { continue };
            return Ok(Some(spent(budget, level.used, wait)));
        }
        Ok(None)
    }

    /// Counts a message whose verdict stands. `room`, if nobody else counts: what each budget then still lets its session do.
    pub(crate) fn count(
        &self,
        store: &dyn StateStore,
        (id, context, event): (Id, &Context<'_>, &Event<'_>),
        blocked: bool,
        (config, room): (&BehaviorConfig, Option<&mut Vec<u64>>),
        at: Duration,
    ) -> Result<(), StateError> {
        let mut left = room.map(|room| {
            room.resize(self.all.len(), 0);
            room.iter_mut()
        });
        for one in &self.all {
            let (budget, _) = one;
            let amount = Self::amount(budget, event, blocked, config);
            let held = Self::is_held(budget.per, event);
            // A refused one adds nothing, but its time has come: a clock that was set back must not stop the window.
            let adds = amount > 0 || blocked && held;
            let left = left.as_mut().and_then(Iterator::next).filter(|_| budget.per == Per::Session);
            // What nobody else uses up needs no look as long as there is room.
            let looks = held && left.as_deref() == Some(&0);
            if !(adds || looks) {
                continue;
            }
            let Some(key) = Self::key(one, id, context, event) else { continue };
            let Quota { most, burst, .. } = budget.quota;
            let level =
                if adds { store.add(key, &budget.quota, amount, at) } else { store.level(key, &budget.quota, at) }?;
            if let Some(left) = left {
                *left = burst.unwrap_or(most).saturating_sub(level.used);
            }
        }
        Ok(())
    }
}

fn spent(budget: &Budget, used: u64, wait: Duration) -> Finding {
    let Budget { per, of, quota, .. } = budget;
    let seconds = wait.as_secs().max(1);
    let what = match of {
        Measure::Requests => "requests",
        Measure::Blocked => "blocked requests",
        Measure::Cost => "units of cost",
        Measure::BytesOut => "bytes told to servers",
        Measure::BytesIn => "bytes from servers",
    };
    let most = match quota.burst {
        Some(burst) => format!("{} in {} s, {burst} at once", quota.most, quota.within.as_secs()),
        None => format!("{} in {} s", quota.most, quota.within.as_secs()),
    };
    let mut finding = Finding::new(own::BUDGET_SPENT, Layer::L3, Severity::High, Confidence::High).because(format!(
        "this {} has used {used} {what}; there may be {most}. Try again in {seconds} s",
        per.as_str()
    ));
    finding.retry_after = Some(seconds);
    finding.allow =
        format!("behavior: {{budgets: [{{per: {}, of: {}, most: …, within: …}}]}}", per.as_str(), of.as_str());
    finding
}
