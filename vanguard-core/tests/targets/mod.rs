//! What is fuzzed: one function a target, each with the properties that must hold for every input. `fuzz/fuzz_targets` feeds them with what the
//! fuzzer makes up; the test `crashes` feeds them with every input that once broke one.

mod documents;
mod languages;
mod locks;
mod meaning;
mod messages;
mod personal;
mod places;
mod views;

/// One target: takes any bytes, panics if a property does not hold.
pub(crate) type Target = fn(&[u8]);

/// Every target by name: the name of its file in `fuzz/fuzz_targets` and of its folder in `fuzz/crashes`.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("reader", messages::reader),
    ("head_scan", messages::head_scan),
    ("inspect", messages::inspect),
    ("exchange", messages::exchange),
    ("config_loader", documents::config_loader),
    ("rules_loader", documents::rules_loader),
    ("rule_literals", documents::rule_literals),
    ("lock_reader", locks::lock_reader),
    ("drift", locks::drift_words),
    ("percent", views::percent),
    ("entities", views::entities),
    ("escapes", views::escapes),
    ("base", views::base),
    ("unicode", views::unicode),
    ("leet", views::leet),
    ("path", places::path),
    ("host", places::host),
    ("shell", languages::shell),
    ("sql", languages::sql),
    ("code", languages::code),
    ("pii", personal::pii),
    ("semantic", meaning::semantic),
];

/// Runs the target of that name.
pub(crate) fn run(name: &str, input: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a known target");
    target(input);
}
