//! L2, a model that is asked: requests and answers as data. Somebody else sends them, and holds the keys.
//!
//! It is asked where signatures and the embedded model left a case open: something warns and nothing blocks, or the call goes to a tool
//! that is configured to run, send or reach out (`capabilities`). It may raise a verdict and never lowers one; no answer leaves the
//! message undecided (`when_undecided`).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `provider` | who is asked: request bodies, and where the answer stands in a response |
//! | `prompt` | the words around what is judged |
//! | `answer` | the one form of answer that counts |
//! | `subject` | which texts of a message are asked about, and how much of them |
//! | `scorer` | from an inspection to questions, from answers to findings |
//! | `cache` | answers that are known |
//! | `desk` | questions under way: how many at once, again, or not at all |
//! | `breaker` | when a model that fails is left alone |
//! | `environment` | settings from environment variables |

mod answer;
mod breaker;
mod cache;
mod desk;
mod environment;
mod prompt;
mod provider;
mod scorer;
mod subject;

pub use desk::{Desk, DeskLimits, Placed, Sending};
pub use provider::Provider;
pub(crate) use provider::url_problem;
pub(crate) use scorer::{Around, Entropy, Scorer};
