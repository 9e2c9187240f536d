//! What budgets count, shared with others: `--state`.

#[cfg(feature = "redis")]
mod with {
    use std::io;
    use std::sync::Arc;

    use vanguard_adapters::redis::{Event, Exchanging, RedisStore};
    use vanguard_core::config::Config;
    use vanguard_core::{Inspector, InspectorBuilder};

    use crate::cli::Start;
    use crate::exit::{Failure, USAGE};
    use crate::start::recorder::Stderr;

    /// A shared state, if one is asked for.
    pub(crate) struct Shared(Option<Arc<RedisStore>>);

    /// What shares it.
    pub(crate) struct Sharing(Option<Exchanging>);

    pub(crate) fn open(
        arguments: &Start,
        builder: InspectorBuilder,
        config: &Config,
    ) -> Result<(InspectorBuilder, Shared), Failure> {
        let Some(url) = &arguments.state else { return Ok((builder, Shared(None))) };
        let store = RedisStore::new(url, config.behavior.when_away(config.profile))
            .map_err(|error| Failure::Code(USAGE, format!("{error}: it looks like `redis://HOST:6379`")))?;
        Ok((builder.state_store(Arc::clone(&store) as _), Shared(Some(store))))
    }

    impl Shared {
        /// Begins to exchange. Redis that goes away and comes back is told on stderr.
        pub(crate) fn begin(self, inspector: &Inspector) -> io::Result<Sharing> {
            let Some(store) = self.0 else { return Ok(Sharing(None)) };
            // As decisions are shown: a stderr that nobody reads must stop nobody.
            let (at, stderr) = (store.at().to_owned(), Stderr::new());
            let told = move |event| match event {
                Event::Away(why) => stderr.show(&format!("the shared state at {at} is away: {why}")),
                Event::Back => stderr.show(&format!("the shared state at {at} is back")),
                _ => {}
            };
            Ok(Sharing(Some(store.exchange(inspector.clone(), told)?)))
        }
    }

    impl Sharing {
        /// Tells what is left.
        pub(crate) fn finish(self) {
            self.0.into_iter().for_each(Exchanging::finish);
        }
    }
}

#[cfg(not(feature = "redis"))]
mod with {
    use vanguard_core::config::Config;
    use vanguard_core::{Inspector, InspectorBuilder};

    use crate::cli::Start;
    use crate::exit::Failure;

    /// Nothing can be shared.
    pub(crate) struct Shared;

    pub(crate) fn open(
        _: &Start,
        builder: InspectorBuilder,
        _: &Config,
    ) -> Result<(InspectorBuilder, Shared), Failure> {
        Ok((builder, Shared))
    }

    impl Shared {
        pub(crate) fn begin(self, _: &Inspector) -> Result<Self, std::io::Error> {
            Ok(self)
        }

        pub(crate) fn finish(self) {}
    }
}

pub(crate) use with::open;
