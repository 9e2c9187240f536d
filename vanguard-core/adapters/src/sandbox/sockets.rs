//! Ways around Landlock's ports, closed by a seccomp filter: its rules hold `connect` and `bind` of TCP sockets, and nothing else.
//!
//! A socket of MPTCP or SMC falls back to TCP and is not asked; TCP Fast Open connects while it sends; `listen` takes a port of its
//! own if none was bound; UDP carries whatever it likes; and io_uring does all of this without a system call that a filter sees.
//! A program of another architecture (a 32-bit one) has other numbers for its calls: the filter ends it.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use vanguard_core::config::Ports;

use super::SandboxError;
use super::plan::Plan;

/// The numbers of the system calls that matter.
struct Calls {
    socket: i64,
    listen: i64,
    sendto: i64,
    sendmsg: i64,
    sendmmsg: i64,
    io_uring_setup: i64,
}

const X86_64: Calls = Calls { socket: 41, listen: 50, sendto: 44, sendmsg: 46, sendmmsg: 307, io_uring_setup: 425 };
/// The 32-bit pointers of x86-64 have numbers of their own.
const X32: Calls = Calls {
    socket: 0x4000_0029,
    listen: 0x4000_0032,
    sendto: 0x4000_002c,
    sendmsg: 0x4000_0206,
    sendmmsg: 0x4000_021a,
    io_uring_setup: 0x4000_01a9,
};
/// aarch64 and riscv64, as all that came later.
const GENERIC: Calls =
    Calls { socket: 198, listen: 201, sendto: 206, sendmsg: 211, sendmmsg: 269, io_uring_setup: 425 };

const UNIX: u64 = 1;
const INET: u64 = 2;
const INET6: u64 = 10;
const NETLINK: u64 = 16;
/// Kinds of sockets: all but streams (1), and all but streams and datagrams (2).
const NO_STREAM: [u64; 5] = [3, 4, 5, 6, 10];
const DATAGRAM: u64 = 2;
/// The flags that come with a kind.
const KIND: u64 = 0xf;
const TCP: u64 = 6;
const UDP: u64 = 17;
const MSG_FASTOPEN: u64 = 0x2000_0000;
/// `EACCES`, as Landlock answers.
const REFUSED: u32 = 13;

/// The filter that a plan needs; `None` where TCP is free.
pub(super) fn filter(plan: &Plan) -> Result<Option<BpfProgram>, SandboxError> {
    if plan.connect == Ports::Any && plan.bind == Ports::Any {
        return Ok(None);
    }
    let failed = |error: &dyn std::fmt::Display| SandboxError::Kernel(format!("no filter for sockets: {error}"));
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| failed(&error))?;
    let calls: &[Calls] = match arch {
        TargetArch::x86_64 => &[X86_64, X32],
        _ => &[GENERIC],
    };
    let mut rules = BTreeMap::new();
    for calls in calls {
        refuse(calls, plan, &mut rules).map_err(|error| failed(&error))?;
    }
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(REFUSED), arch);
    let program = filter.and_then(BpfProgram::try_from).map_err(|error| failed(&error))?;
    Ok(Some(program))
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// What is refused of these calls. A call without conditions is refused always.
fn refuse(calls: &Calls, plan: &Plan, rules: &mut Rules) -> Result<(), seccompiler::BackendError> {
    let is = |argument, op, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, value);
    let not = |argument, value| is(argument, SeccompCmpOp::Ne, value);
    // Whoever may connect looks names up, which takes UDP.
    let names = plan.connect != Ports::default();
    let known = [UNIX, INET, INET6, NETLINK].map(|family| not(0, family));
    let mut socket = vec![SeccompRule::new(known.into_iter().collect::<Result<_, _>>()?)?];
    for family in [INET, INET6] {
        let kinds = NO_STREAM.into_iter().chain((!names).then_some(DATAGRAM));
        for kind in kinds {
            let conditions = vec![is(0, SeccompCmpOp::Eq, family)?, is(1, SeccompCmpOp::MaskedEq(KIND), kind)?];
            socket.push(SeccompRule::new(conditions)?);
        }
        let mut conditions = vec![is(0, SeccompCmpOp::Eq, family)?, not(2, 0)?, not(2, TCP)?];
        if names {
            conditions.push(not(2, UDP)?);
        }
        socket.push(SeccompRule::new(conditions)?);
    }
    rules.insert(calls.socket, socket);
    for (call, flags) in [(calls.sendto, 3), (calls.sendmsg, 2), (calls.sendmmsg, 3)] {
        let fast_open = is(flags, SeccompCmpOp::MaskedEq(MSG_FASTOPEN), MSG_FASTOPEN)?;
        rules.insert(call, vec![SeccompRule::new(vec![fast_open])?]);
    }
    rules.insert(calls.io_uring_setup, Vec::new());
    if plan.bind == Ports::default() {
        rules.insert(calls.listen, Vec::new());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Plan, Ports, filter};

    #[test]
    fn a_plan_that_closes_ports_has_a_filter() {
        let plan = |connect: Ports, bind: Ports| Plan { connect, bind, ..Plan::default() };
        assert!(filter(&plan(Ports::Any, Ports::Any)).unwrap().is_none());
        let size = |plan: Plan| filter(&plan).unwrap().unwrap().len();
        let (none, one) = (Ports::default(), Ports::Only([443].into()));
        // Where no port may be listened on, one more call is refused.
        assert!(size(plan(one.clone(), none)) > size(plan(one.clone(), one)));
    }
}
