//! `Inspector`.

use std::time::Duration;

use napi::bindgen_prelude::{AsyncTask, Either, Function, Uint8Array};
use napi::{Env, Task};
use napi_derive::napi;
use vanguard_adapters::files::{self, FilesError};
use vanguard_core::{Consultation, Context, DenyAs, Flow, Message, Origin as CoreOrigin, Visibility, config};

use crate::ask::{self, NativeAnswer, NativeConsultation};
use crate::hot::{self, Judgement};
use crate::layer::{self, JsLayer, Judge};
use crate::verdict::{Origin, Verdict};
use crate::{Result, argument};

/// The engine behind `Inspector`.
#[napi]
pub struct NativeInspector {
    pub(crate) core: vanguard_core::Inspector,
}

/// A configuration: its name, by whose ending its format is known, and its text.
#[napi(object)]
pub struct NativeText {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What code says beside configurations.
#[napi(object)]
#[derive(Default)]
pub struct InspectorOptions {
    /// `monitor`, `balanced` or `strict`, whatever the configuration says.
    pub profile: Option<String>,
    /// How blocked requests are answered: `error` or `tool_result`.
    pub deny_as: Option<String>,
    /// Directories that tools may read and write; with one, paths outside all of them are blocked.
    pub safe_zones: Option<Vec<String>>,
    /// Warns of arguments and results that are not what the tool's own schemas say.
    pub check_schemas: Option<bool>,
}

/// A layer in JavaScript.
#[napi(object, object_to_js = false)]
pub struct NativeLayer {
    /// From an inspection, and answers if there are any, to questions or findings, all as JSON.
    #[napi(ts_type = "(given: string) => string")]
    pub judge: Judge,
    /// Whether it asks before it judges.
    pub plans: bool,
}

/// What comes with a message. What is left out is unknown, never assumed.
#[napi(object)]
#[derive(Clone, Default)]
pub struct NativeContext {
    /// The server's configured name.
    pub server: Option<String>,
    /// The session, as the carrier names it.
    pub session: Option<String>,
    /// The tenant, where one host serves many.
    pub tenant: Option<String>,
    /// The authenticated user or agent.
    pub principal: Option<String>,
    /// Roles of the principal.
    pub roles: Option<Vec<String>>,
    /// OAuth scopes of the principal.
    pub scopes: Option<Vec<String>>,
    /// Transport headers, as pairs.
    pub headers: Option<Vec<Vec<String>>>,
    /// The protocol version the carrier negotiated.
    pub protocol: Option<String>,
    /// What the user of this session said it is for.
    pub intent: Option<String>,
    /// `body` or `line`.
    pub framing: Option<String>,
    /// Whether the inspector sees every message of both directions.
    pub full: Option<bool>,
    /// When it happened, in seconds since 1970.
    pub at: Option<f64>,
}

#[napi]
impl NativeInspector {
    /// Compiles configurations, of which later ones win.
    #[napi(constructor)]
    pub fn new(
        texts: Vec<NativeText>,
        options: Option<InspectorOptions>,
        semantic_layers: Option<Vec<NativeLayer>>,
    ) -> Result<Self> {
        let options = options.unwrap_or_default();
        let mut config = if texts.is_empty() {
            config::Config::default()
        } else {
            config::load(texts.iter().map(|one| (&one.name, &one.text))).map_err(|wrong| told(wrong.into()))?
        };
        config
            .read_environment(|name| std::env::var(name).ok())
            .map_err(|wrong| problem(&wrong, serde_json::json!([])))?;
        let mut builder = files::builder(config).map_err(told)?.check_schemas(options.check_schemas.unwrap_or(false));
        if let Some(given) = &options.profile {
            builder = builder.profile(crate::profile(given)?);
        }
        builder = match options.deny_as.as_deref() {
            None => builder,
            Some("error") => builder.deny_as(DenyAs::Error),
            Some("tool_result") => builder.deny_as(DenyAs::ToolResult),
            Some(other) => return Err(argument("denyAs", other)),
        };
        for zone in options.safe_zones.unwrap_or_default() {
            builder = builder.safe_zone(zone);
        }
        for NativeLayer { judge, plans } in semantic_layers.unwrap_or_default() {
            builder = builder.semantic_layer(JsLayer { judge, plans });
        }
        Ok(Self { core: builder.build().map_err(|wrong| told(wrong.into()))? })
    }

    /// What judges bytes and remembers what their answer will need: a function of the message, its direction (1 to the server, 2 to the
    /// client, 0 if the message says it), and what else comes with it. It gives a plain allow as a text, of which `recall` makes a verdict.
    #[napi(ts_return_type = "(message: Uint8Array, direction: number, ...about: any[]) => string | Verdict")]
    pub fn of_bytes<'a>(&self, env: &'a Env) -> napi::Result<Function<'a, (), Judgement>> {
        hot::judging::<&[u8]>(&self.core, env)
    }

    /// The same for a text.
    #[napi(ts_return_type = "(message: string, direction: number, ...about: any[]) => string | Verdict")]
    pub fn of_text<'a>(&self, env: &'a Env) -> napi::Result<Function<'a, (), Judgement>> {
        hot::judging::<String>(&self.core, env)
    }

    /// The verdict that was given as a text.
    #[napi]
    pub fn recall(&self, brief: String) -> Option<Verdict> {
        self.core.recall(&brief).map(Verdict::from)
    }

    /// Judges a message, but where a layer has something to ask that `answers` does not hold, gives the questions back and changes nothing.
    #[napi]
    pub fn consult(
        &self,
        env: Env,
        message: Either<&[u8], String>,
        answers: Vec<NativeAnswer>,
        direction: Option<String>,
        context: Option<NativeContext>,
        in_reply_to: Option<&Origin>,
    ) -> Result<NativeConsultation> {
        let bytes = match &message {
            Either::A(bytes) => bytes,
            Either::B(text) => text.as_bytes(),
        };
        let answers = ask::answers(answers);
        let (context, origin) = (context.unwrap_or_default(), in_reply_to.map(|origin| &origin.core));
        let decided = layer::attached(env, || {
            let direction = direction.as_deref().map(crate::flow).transpose()?;
            judge(bytes, (direction, &context), origin, |message| self.core.consult(message, &answers))
        })?;
        Ok(match decided {
            Consultation::Decided(verdict) => {
                NativeConsultation { verdict: Some((*verdict).into()), queries: Vec::new() }
            }
            Consultation::Asks(queries) => NativeConsultation { verdict: None, queries },
        })
    }

    /// How many questions are sent at once, how many may wait, and how often one is sent again; `null` if no model is asked.
    #[napi(getter)]
    pub fn asks(&self) -> Option<Vec<u32>> {
        let limits = self.core.config().semantic.llm.as_ref()?.limits();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Some(vec![count(limits.calls), count(limits.queue), limits.retries])
    }

    /// The bytes of the largest message that it reads; a larger one is refused.
    #[napi(getter)]
    pub fn message_limit(&self) -> f64 {
        self.core.limits().message as f64
    }

    /// Judges a message on a thread of the pool, where no layer in JavaScript can be asked.
    #[napi(ts_return_type = "Promise<Verdict>")]
    pub fn inspect_async(
        &self,
        message: Either<Uint8Array, String>,
        direction: Option<String>,
        context: Option<NativeContext>,
        in_reply_to: Option<&Origin>,
    ) -> AsyncTask<Judging> {
        // The caller may write into its buffer meanwhile.
        let message = match message {
            Either::A(bytes) => bytes.to_vec(),
            Either::B(text) => text.into_bytes(),
        };
        let origin = in_reply_to.map(|origin| origin.core.clone());
        AsyncTask::new(Judging {
            core: self.core.clone(),
            message,
            direction,
            context: context.unwrap_or_default(),
            origin,
        })
    }

    /// The profile it judges by.
    #[napi(getter)]
    pub fn profile(&self) -> String {
        self.core.profile().as_str().to_owned()
    }

    /// The versions its verdicts carry, as JSON.
    #[napi(getter)]
    pub fn versions(&self) -> String {
        serde_json::to_string(&**self.core.versions()).unwrap_or_default()
    }

    /// What is probably not meant in its configuration, as JSON.
    #[napi(getter)]
    pub fn warnings(&self) -> String {
        serde_json::to_string(&self.core.warnings(self.core.clock())).unwrap_or_default()
    }

    /// What is known of every session.
    #[napi]
    pub fn sessions(&self) -> Vec<BehaviorExport> {
        self.core.sessions().into_iter().map(BehaviorExport::from).collect()
    }

    /// Forgets what a session did, by the `id` of its export. Says whether it was known.
    #[napi]
    pub fn clear_session(&self, id: String) -> bool {
        self.core.clear_session(&id)
    }
}

/// What is known of one session. No content: counts, levels, names.
#[napi(object)]
pub struct BehaviorExport {
    /// Its number, as hexadecimal digits: what `clearSession` takes.
    pub id: String,
    /// The tenant.
    pub tenant: Option<String>,
    /// The principal.
    pub principal: Option<String>,
    /// The session; where there is none, the server.
    pub session: Option<String>,
    /// Messages so far.
    pub messages: f64,
    /// Messages that were blocked.
    pub blocked: f64,
    /// Calls that passed.
    pub calls: u32,
    /// Its risk.
    #[napi(ts_type = "'normal' | 'elevated' | 'high' | 'critical'")]
    pub risk: String,
    /// The score behind it.
    pub score: f64,
    /// Bytes of memory it takes.
    pub bytes: f64,
    /// When it was last heard of, in seconds of its clock.
    pub last: f64,
}

impl From<vanguard_core::behavior::BehaviorExport> for BehaviorExport {
    fn from(core: vanguard_core::behavior::BehaviorExport) -> Self {
        Self {
            id: core.id,
            tenant: core.tenant,
            principal: core.principal,
            session: core.session,
            messages: core.messages as f64,
            blocked: core.blocked as f64,
            calls: core.calls,
            risk: core.risk,
            score: core.score as f64,
            bytes: core.bytes as f64,
            last: core.last as f64,
        }
    }
}

/// One inspection on a thread of the pool.
pub struct Judging {
    core: vanguard_core::Inspector,
    message: Vec<u8>,
    direction: Option<String>,
    context: NativeContext,
    origin: Option<CoreOrigin>,
}

impl Task for Judging {
    type Output = vanguard_core::Verdict;
    type JsValue = Verdict;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let direction = self.direction.as_deref().map(crate::flow).transpose().map_err(crate::coded)?;
        judge(&self.message, (direction, &self.context), self.origin.as_ref(), |message| self.core.inspect(message))
            .map_err(crate::coded)
    }

    fn resolve(&mut self, _: Env, output: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(output.into())
    }
}

/// Calls with the message.
pub(crate) fn judge<T>(
    bytes: &[u8],
    (direction, given): (Option<Flow>, &NativeContext),
    origin: Option<&CoreOrigin>,
    asked: impl FnOnce(&Message<'_>) -> T,
) -> Result<T> {
    let flow = direction.or_else(|| Flow::guess(bytes)).ok_or_else(|| {
        napi::Error::new(
            "DECODE",
            "nothing in the message says its direction; say `flow: 'to_server'` or `flow: 'to_client'`",
        )
    })?;
    let own = |texts: &Option<Vec<String>>| texts.iter().flatten().map(ToOwned::to_owned).collect::<Vec<_>>();
    let (roles, scopes) = (own(&given.roles), own(&given.scopes));
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let headers: Vec<(String, &str)> = given
        .headers
        .iter()
        .flatten()
        .filter_map(|pair| Some((pair.first()?.to_ascii_lowercase(), pair.get(1)?.as_str())))
        .collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let mut context = Context::default();
    context.server = given.server.as_deref();
    context.session = given.session.as_deref();
    context.tenant = given.tenant.as_deref();
    context.principal = given.principal.as_deref();
    context.roles = &roles;
    context.scopes = &scopes;
    context.headers = &headers;
    context.protocol = given.protocol.as_deref();
    context.intent = given.intent.as_deref();
    context.framing = crate::framing(given.framing.as_deref())?;
    if given.full == Some(true) {
        context.visibility = Visibility::Full;
    }
    context.at = match given.at {
        Some(at) => Some(Duration::try_from_secs_f64(at).map_err(|_| argument("at", &at.to_string()))?),
        None => None,
    };
    context.in_reply_to = origin;
    Ok(asked(&Message::new(flow, bytes).with_context(context)))
}

/// What is wrong with a configuration: the text for people and every problem, as JSON.
fn told(wrong: FilesError) -> napi::Error<&'static str> {
    match &wrong {
        FilesError::Config(wrong) => problem(&wrong.to_string(), serde_json::json!(wrong.problems())),
        wrong => problem(&wrong.to_string(), serde_json::json!([])),
    }
}

fn problem(text: &str, problems: serde_json::Value) -> napi::Error<&'static str> {
    napi::Error::new("CONFIG", serde_json::json!({"text": text, "problems": problems}).to_string())
}
