//! The canonical form of JSON (RFC 8785): members sorted, numbers as ECMAScript writes doubles, nothing optional. Two values
//! that readers take for the same have the same form, whatever the order and spelling they came in.
//!
//! A surrogate without its other half, which the RFC refuses, is written as U+FFFD: as the tape reads it.

use super::Json;
use crate::message::NodeKind;

/// What is still to be written, the next last.
enum Step<'a> {
    Text(&'static str),
    Key(&'a str),
    Value(Json<'a>),
}

/// Appends the canonical form of `value` to `out`. Without recursion; time is linear but for the sorting of keys.
pub fn write_canonical(value: Json<'_>, out: &mut String) {
    let mut steps = vec![Step::Value(value)];
    while let Some(step) = steps.pop() {
        let value = match step {
            Step::Text(text) => {
                out.push_str(text);
                continue;
            }
            Step::Key(key) => {
                write_string(key, out);
                out.push(':');
                continue;
            }
            Step::Value(value) => value,
        };
        match value.kind() {
            Some(NodeKind::Object) => {
                let mut members: Vec<_> = value.members().collect();
                members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
                out.push('{');
                steps.push(Step::Text("}"));
                let last = members.len();
                for (at, (key, member)) in members.into_iter().enumerate().rev() {
                    if at + 1 < last {
                        steps.push(Step::Text(","));
                    }
                    steps.extend([Step::Value(member), Step::Key(key)]);
                }
            }
            Some(NodeKind::Array) => {
                let elements: Vec<_> = value.elements().collect();
                out.push('[');
                steps.push(Step::Text("]"));
                let last = elements.len();
                for (at, element) in elements.into_iter().enumerate().rev() {
                    if at + 1 < last {
                        steps.push(Step::Text(","));
                    }
                    steps.push(Step::Value(element));
                }
            }
            Some(NodeKind::String) => write_string(value.str().unwrap_or_default(), out),
            Some(NodeKind::Number) => write_number(value.number().unwrap_or_default(), out),
            Some(NodeKind::Bool) => out.push_str(if value.bool() == Some(true) { "true" } else { "false" }),
            Some(NodeKind::Null | NodeKind::Key) | None => out.push_str("null"),
        }
    }
}

/// The canonical form of `value`.
#[must_use]
pub fn canonical(value: Json<'_>) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

/// RFC 8785 section 3.2.2.2.
pub(super) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// ECMAScript's `Number::toString`: the shortest digits that read back as the same double.
fn write_number(number: f64, out: &mut String) {
    if number == 0.0 || !number.is_finite() {
        // Minus zero has no sign there; what isn't finite is refused by the reader.
        out.push('0');
        return;
    }
    let (digits, point) = shortest(number.abs());
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if number < 0.0 {
        out.push('-');
    }
    match point {
        1..=21 if count <= point => {
            out.push_str(&digits);
            out.push_str(&zeros(point - count));
        }
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or_default());
            out.push_str(&format!("{whole}.{fraction}"));
        }
        -5..=0 => out.push_str(&format!("0.{}{digits}", zeros(-point))),
        _ => {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            out.push_str(&format!("{first}{dot}{rest}e{:+}", point - 1));
        }
    }
}

/// The digits of a positive double, and where the point stands in them: the value is 0.DIGITS times ten to that power. Of two
/// shortest ones that are equally near, the even one, as ECMAScript has it and the standard library has not.
fn shortest(number: f64) -> (String, i32) {
    let text = serde_json::Number::from_f64(number).map(|number| number.to_string()).unwrap_or_default();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let leading = all.len() - significant.len();
    let point = i32::try_from(whole.len()).unwrap_or_default() - i32::try_from(leading).unwrap_or_default();
    (significant.trim_end_matches('0').to_owned(), point + exponent.parse::<i32>().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Document;
    use super::{canonical, write_number};

    fn of(text: &str) -> String {
        Document::parse(text).unwrap().text().to_owned()
    }

    fn number(bits: u64) -> String {
        let mut out = String::new();
        write_number(f64::from_bits(bits), &mut out);
        out
    }

    /// RFC 8785 appendix B.
    #[test]
    fn numbers_are_written_as_the_rfc_shows() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(number(bits), text, "{bits:x}");
        }
    }

    /// RFC 8785 sections 3.2.2 and 3.2.3.
    #[test]
    fn the_examples_of_the_rfc_come_out() {
        let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let wanted = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
            \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(of(text), wanted);
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
            "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let order: Vec<_> = ["\\r", "1", "\u{80}", "ö", "€", "😀", "\u{fb33}"].map(|key| format!("\"{key}\":")).into();
        let out = of(text);
        let places: Vec<_> = order.iter().map(|key| out.find(key.as_str()).unwrap()).collect();
        assert!(places.is_sorted(), "{out}");
    }

    #[test]
    fn deep_values_take_no_stack() {
        let text = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        assert_eq!(of(&text), text);
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            any::<i32>().prop_map(|number| (f64::from(number) / 1024.0).into()),
            "\\PC{0,6}|[\\x00-\\x20\"\\\\]{0,4}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::btree_map("\\PC{0,4}", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn means_the_same_and_is_its_own_form(value in value()) {
            let document = Document::parse(&value.to_string()).unwrap();
            let back: serde_json::Value = serde_json::from_str(document.text()).unwrap();
            prop_assert_eq!(of(&back.to_string()), document.text());
            prop_assert_eq!(of(document.text()), document.text());
            prop_assert_eq!(canonical(document.json()), document.text());
            prop_assert_eq!(of(&serde_json::to_string_pretty(&value).unwrap()), document.text());
        }

        #[test]
        fn numbers_read_back_as_the_same_double(number in any::<f64>().prop_filter("finite", |number| number.is_finite())) {
            let mut out = String::new();
            write_number(number, &mut out);
            prop_assert_eq!(out.parse::<f64>().unwrap(), number);
        }
    }
}
