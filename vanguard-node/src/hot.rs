//! What judges one message after the other. A method of a class costs some 0.5 µs before it runs, and an instance of a class 1.5 more; a
//! function that holds its inspector and gives text costs 0.15.

use napi::Env;
use napi::bindgen_prelude::{ClassInstance, Either, FromNapiValue, Function, FunctionCallContext};
use vanguard_core::Flow;

use crate::inspector::{NativeContext, judge};
use crate::layer;
use crate::verdict::{Origin, Verdict};

/// A plain allow as a text, of which the inspector's `recall` makes a verdict, or a verdict.
pub(crate) type Judgement = Either<String, Verdict>;

/// A function of a message, its direction, and, where there is more: server, session, principal, all other context, and whose answer it is.
pub(crate) fn judging<'a, T: FromNapiValue + AsRef<[u8]>>(
    core: &vanguard_core::Inspector,
    env: &'a Env,
) -> napi::Result<Function<'a, (), Judgement>> {
    let core = core.clone();
    env.create_function_from_closure("judge", move |call: FunctionCallContext<'_>| {
        let message: T = call.get(0)?;
        let direction = match call.get(1)? {
            0 => None,
            1 => Some(Flow::ToServer),
            _ => Some(Flow::ToClient),
        };
        let (mut context, mut origin) = (NativeContext::default(), None);
        if call.length() > 2 {
            let told: Option<NativeContext> = call.get(5)?;
            context = told.unwrap_or_default();
            (context.server, context.session, context.principal) = (call.get(2)?, call.get(3)?, call.get(4)?);
            origin = call.get::<Option<ClassInstance<'_, Origin>>>(6)?;
        }
        let origin = origin.as_ref().map(|origin| &origin.core);
        let verdict = layer::attached(*call.env, || {
            judge(message.as_ref(), (direction, &context), origin, |message| core.inspect(message))
        });
        let verdict = verdict.map_err(crate::coded)?;
        Ok(verdict.brief().map_or_else(|| Either::B(verdict.into()), Either::A))
    })
}
