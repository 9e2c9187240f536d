use super::{Fact, Facts, Found, MAX_FOUND, PiiScratch, parse};
use proptest::prelude::*;

fn found(name: &str, text: &str) -> Vec<Found> {
    let mut scratch = PiiScratch::default();
    parse(text.as_bytes(), name.as_bytes(), Facts::ALL, &mut scratch);
    scratch.pii().found().to_vec()
}

fn facts(text: &str) -> Vec<Fact> {
    found("", text).iter().map(|one| one.fact).collect()
}

/// A number of each state, and a word that names it.
const NUMBERS: [(Fact, &str, &str); 41] = [
    (Fact::UsSsn, "SSN", "536-22-8715"),
    (Fact::UsSsn, "social security number", "536228715"),
    (Fact::UsItin, "ITIN", "912-78-3456"),
    (Fact::AuTfn, "TFN", "865 414 088"),
    (Fact::AuMedicare, "medicare", "2428 77813 2"),
    (Fact::BeNationalNumber, "rijksregisternummer", "85.07.30-033.28"),
    (Fact::BrCpf, "CPF", "390.533.447-05"),
    (Fact::BrCpf, "CPF", "39053344705"),
    (Fact::BrCnpj, "CNPJ", "16.727.230/0001-97"),
    (Fact::CaSin, "SIN", "130 692 544"),
    (Fact::ChAhv, "AHV", "756.9217.0769.85"),
    (Fact::CnResidentId, "", "360426199101010071"),
    (Fact::DeSteuerId, "Steuer-ID, IdNr", "36 574 261 809"),
    (Fact::DeSteuerId, "tax id", "36574261809"),
    (Fact::DkCpr, "CPR", "211062-5629"),
    (Fact::EsDni, "", "54362315K"),
    (Fact::EsDni, "DNI", "54362315-k"),
    (Fact::EsNie, "", "X2482300W"),
    (Fact::FiHetu, "", "131052-308T"),
    (Fact::FiHetu, "", "150294X903N"),
    (Fact::FrNir, "", "2 95 10 99 126 111 93"),
    (Fact::FrNir, "numéro de sécurité sociale", "295109912611193"),
    (Fact::GbNhs, "NHS", "943 476 5870"),
    (Fact::GbNino, "national insurance", "JM402817C"),
    (Fact::InAadhaar, "aadhaar", "2341 2341 2346"),
    (Fact::InPan, "PAN", "BNZPM2501F"),
    (Fact::IePps, "PPS", "6433435F"),
    (Fact::ItCodiceFiscale, "", "RCCMNL83S18D969H"),
    (Fact::JpMyNumber, "my number", "518207469130"),
    (Fact::KrRrn, "", "880412-1203576"),
    (Fact::MxCurp, "", "BOXW310820HNERXN09"),
    (Fact::NlBsn, "BSN", "111222333"),
    (Fact::NoFodselsnummer, "fødselsnummer", "151086 95088"),
    (Fact::PlPesel, "PESEL", "44051401359"),
    (Fact::PtNif, "NIF", "501964843"),
    (Fact::RoCnp, "CNP", "1630615123457"),
    (Fact::SePersonnummer, "personnummer", "880320-0016"),
    (Fact::SgNric, "NRIC", "S7934216E"),
    (Fact::ThId, "thai id", "3100702845195"),
    (Fact::TrTckn, "TCKN", "17291716060"),
    (Fact::ZaId, "national id", "7503305044089"),
];

#[test]
fn every_states_number_is_found_and_none_with_a_wrong_digit() {
    for (fact, word, number) in NUMBERS {
        let text = format!("{word}: {number}, they said");
        let all = found("", &text);
        let span = all.iter().find(|one| one.fact == fact).map(|one| one.span.of(text.as_bytes()));
        assert_eq!(span, Some(number.as_bytes()), "{text}: {all:?}");
        assert_eq!(found(word, number).first().map(|one| one.fact), Some(fact), "{word} as a name");
        // Those without a check digit have ranges alone.
        if matches!(fact, Fact::UsSsn | Fact::UsItin | Fact::DkCpr | Fact::GbNino | Fact::InPan | Fact::KrRrn) {
            continue;
        }
        let digits = number.match_indices(|char: char| ('0'..='8').contains(&char));
        let wrong = digits.map(|(at, digit)| {
            let next = char::from(digit.as_bytes()[0] + 1);
            format!("{word}: {}{next}{}", &number[..at], &number[at + 1..])
        });
        // Remainders by 11 have no digit for one of their values, and some forms hold a digit that is not checked.
        let (missed, seen): (Vec<_>, Vec<_>) = wrong.partition(|wrong| !facts(wrong).contains(&fact));
        assert!(seen.len() * 3 < missed.len(), "{seen:?}");
    }
}

#[test]
fn what_a_form_does_not_say_a_word_must() {
    for number in
        ["536228715", "130692544", "44051401359", "111222333", "2341 2341 2346", "295109912611193", "20240115-A"]
    {
        assert_eq!(facts(&format!("it is {number} of them")), [], "{number}");
    }
    for text in
        ["078-05-1120", "666-12-3456", "900-12-3456", "000-12-3456", "536-00-8715", "123-45-6789", "111-11-1111"]
    {
        assert_eq!(facts(&format!("SSN {text}")), [], "{text}");
    }
}

#[test]
fn cards() {
    for (text, count) in [
        ("4539148803436467", 1),
        ("4539 1488 0343 6467 12/29 123", 1),
        ("4539-1488-0343-6467", 1),
        ("a,5425233430109903,b", 1),
        ("{\"pan\":\"374928173645011\"}", 1),
        ("3749 281736 45011", 1),
        ("2227349182736458. 3567129837465018!", 2),
        ("card 3629182736457", 0),
        ("4539148803436468", 0),
        ("1539148803436467", 0),
        ("4242424242424242", 0),
        ("378282246310005", 0),
        ("x4539148803436467", 0),
        ("0.4539148803436467", 0),
        ("/orders/4539148803436467", 0),
        ("id: 4539148803436467", 0),
        ("card id: 4539148803436467", 1),
        ("3f2a-4539-1488-0343-6467", 0),
        ("4539 1488-0343 6467", 0),
        ("4539148803436467 4539148803436461 4539148803436462 4539148803436463", 0),
        ("4026118034364", 0),
        ("[4539148803436467, 3f2a9c1188d04e6b, 90ab12cd34ef5678, 11aa22bb33cc44dd]", 0),
    ] {
        assert_eq!(facts(text), vec![Fact::Card; count], "{text}");
    }
}

#[test]
fn accounts() {
    for text in [
        "DE44500105175407324931",
        "DE44 5001 0517 5407 3249 31",
        "IBAN: FR14 2004 1010 0505 0001 3M02 606.",
        "GB87BARC20658244971655 and more",
        "NL39-RABO-0300-0652-64",
        "(NO9386011117947)",
    ] {
        assert_eq!(facts(text), [Fact::Iban], "{text}");
    }
    for text in [
        "DE44500105175407324932",
        "DE445001051754073249311",
        "de44500105175407324931",
        "DE44/5001/0517/5407/3249/31",
        "XX44500105175407324931",
        "xDE44500105175407324931",
        "DE44 5001-0517 5407 3249 31",
    ] {
        assert_eq!(facts(text), [], "{text}");
    }
}

#[test]
fn passports() {
    assert_eq!(facts("C01X73K491D<<8307141F2911032<<<<<<<<<<<<<<<4"), [Fact::Passport]);
    assert_eq!(facts("C01X73K492D<<8307141F2911032<<<<<<<<<<<<<<<4"), []);
    assert_eq!(facts("passport no. C01X73K49"), [Fact::Passport]);
    assert_eq!(facts("passport number: 512839406"), [Fact::Passport]);
    assert_eq!(facts("part no. C01X73K49"), []);
}

#[test]
fn addresses() {
    for (text, count) in [
        ("write to ada.l@analytical.org, please", 1),
        ("<b@c.io>", 1),
        ("a@example.com b@x.example noreply@github.com git@github.com:a/b 1+x@users.noreply.github.com", 0),
        ("left-pad@1.3.0 @types/node@20 user@localhost a@b @c", 0),
    ] {
        assert_eq!(facts(text), vec![Fact::Email; count], "{text}");
    }
    for (text, count) in [
        ("+49 30 901820-15", 1),
        ("call +1 (212) 736-5000 now", 1),
        ("phone: 212-736-5000", 1),
        ("+1 212 555 0142", 0),
        ("212-736-5000", 0),
        ("x+491234567890", 0),
        ("+123", 0),
        ("+1234567890123456", 0),
    ] {
        assert_eq!(facts(text), vec![Fact::Phone; count], "{text}");
    }
    for (text, count) in [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 1),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", 1),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", 1),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", 0),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp", 0),
    ] {
        assert_eq!(facts(text), vec![Fact::BitcoinAddress; count], "{text}");
    }
    assert_eq!(facts("MRN: 48201937"), [Fact::MedicalRecord]);
    assert_eq!(facts("48201937"), []);
}

#[test]
fn many_end_in_one_that_covers_the_rest() {
    let text = "4539148803436467 ".repeat(100);
    let all = found("", &text);
    assert_eq!((all.len(), all.last().unwrap().span.end as usize), (MAX_FOUND, text.len()));
}

#[test]
fn a_long_text_is_read_in_linear_time() {
    // A quadratic reading of these would not end.
    for unit in ["7", "7 ", "a1", "@", "a@", "1-", "4539 ", "536228715 ", "ssn ", "DE44 ", "+1", "é1"] {
        let text = unit.repeat((1 << 17) / unit.len());
        let mut scratch = PiiScratch::default();
        parse(text.as_bytes(), b"", Facts::ALL, &mut scratch);
        assert!(scratch.pii().found().len() <= MAX_FOUND);
    }
}

proptest! {
    #[test]
    fn any_text_gives_places_in_it_and_in_order(text in "([0-9]{1,12}|[A-Z]{1,3}|ssn|card|passport|id|[ .@+<_/-]|é){0,40}", name in "(card|ssn|[a-z0-9_]{0,9})") {
        let all = found(&name, &text);
        let mut end = 0;
        for one in all {
            prop_assert!(one.span.start as usize >= end && one.span.start < one.span.end && one.span.end as usize <= text.len(), "{one:?}");
            end = one.span.end as usize;
        }
    }

    #[test]
    fn words_around_it_hide_no_card(before in "[a-z ]{0,80}", after in "[a-z ]{0,80}") {
        let text = format!("{before} 4539 1488 0343 6467 {after}");
        prop_assert!(facts(&text).contains(&Fact::Card));
    }
}
