//! The forms of numbers that states give to people: data alone.

use super::Fact;
use super::checks as check;
use super::words::of;

/// One way a number is written, and what makes it one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Length of what stands before the first separator.
    pub(super) first: usize,
    pub(super) fact: Fact,
    /// `d` a digit, `A` a letter, `X` either; `~` one of blank, dot and hyphen, the same throughout; all else is itself.
    pub(super) pattern: &'static str,
    pub(super) valid: fn(&[u8]) -> bool,
    /// Whether it says enough by itself; otherwise a word beside it must.
    pub(super) evident: bool,
    /// What such a word speaks of.
    pub(super) words: u64,
}

const fn evident(fact: Fact, words: u64, pattern: &'static str, valid: fn(&[u8]) -> bool) -> Form {
    Form { first: first(pattern), fact, pattern, valid, evident: true, words: words | of::IDENTITY }
}

const fn named(fact: Fact, words: u64, pattern: &'static str, valid: fn(&[u8]) -> bool) -> Form {
    Form { first: first(pattern), fact, pattern, valid, evident: false, words: words | of::IDENTITY }
}

fn any(_: &[u8]) -> bool {
    true
}

const fn first(pattern: &str) -> usize {
    let (mut rest, mut count) = (pattern.as_bytes(), 0);
    while let [b'd' | b'A' | b'X', tail @ ..] = rest {
        (rest, count) = (tail, count + 1);
    }
    count
}

/// A number that no country's identity number is: only its own words name it.
const fn own(fact: Fact, words: u64, pattern: &'static str) -> Form {
    Form { first: first(pattern), fact, pattern, valid: any, evident: false, words }
}

/// The forms, sorted by [`Form::first`]; of forms that fit, the first counts.
///
/// Evident are those whose check and structure together leave less than one in a thousand of what is written alike by accident, and
/// those written in a way that nothing else is.
pub(super) const FORMS: &[Form] = &[
    evident(Fact::FrNir, of::FR, "d~dd~dd~dd~ddd~ddd~dd", check::fr_nir),
    evident(Fact::BeNationalNumber, of::BE, "dd.dd.dd-ddd.dd", check::be_national),
    named(Fact::BeNationalNumber, of::BE, "dd~dd~dd~ddd~dd", check::be_national),
    named(Fact::DeSteuerId, of::DE, "dd~ddd~ddd~ddd", check::de_steuer_id),
    evident(Fact::BrCnpj, of::BR, "dd.ddd.ddd/dddd-dd", check::br_cnpj),
    evident(Fact::UsSsn, of::US, "ddd-dd-dddd", check::us_ssn),
    evident(Fact::UsItin, of::US, "ddd-dd-dddd", check::us_itin),
    named(Fact::UsSsn, of::US, "ddd~dd~dddd", check::us_ssn),
    named(Fact::UsItin, of::US, "ddd~dd~dddd", check::us_itin),
    evident(Fact::BrCpf, of::BR, "ddd.ddd.ddd-dd", check::br_cpf),
    evident(Fact::ChAhv, of::CH, "ddd.dddd.dddd.dd", check::ch_ahv),
    named(Fact::CaSin, of::CA, "ddd~ddd~ddd", check::ca_sin),
    named(Fact::AuTfn, of::AU, "ddd~ddd~ddd", check::au_tfn),
    named(Fact::PtNif, of::PT, "ddd~ddd~ddd", check::pt_nif),
    named(Fact::NlBsn, of::NL, "ddd~ddd~ddd", check::nl_bsn),
    named(Fact::GbNhs, of::NHS, "ddd~ddd~dddd", check::gb_nhs),
    own(Fact::Phone, of::PHONE, "ddd~ddd~dddd"),
    named(Fact::InAadhaar, of::IN, "dddd~dddd~dddd", check::in_aadhaar),
    named(Fact::JpMyNumber, of::JP, "dddd~dddd~dddd", check::jp_my_number),
    named(Fact::AuMedicare, of::AU, "dddd~ddddd~d", check::au_medicare),
    evident(Fact::FiHetu, of::FI, "dddddd-dddA", check::fi_hetu),
    named(Fact::FiHetu, of::FI, "dddddd-dddX", check::fi_hetu),
    named(Fact::FiHetu, of::FI, "dddddd+dddX", check::fi_hetu),
    named(Fact::DkCpr, of::DK, "dddddd-dddd", check::dk_cpr),
    named(Fact::SePersonnummer, of::SE, "dddddd-dddd", check::se_personnummer),
    named(Fact::SePersonnummer, of::SE, "dddddd+dddd", check::se_personnummer),
    named(Fact::NoFodselsnummer, of::NO, "dddddd ddddd", check::no_fodselsnummer),
    evident(Fact::KrRrn, of::KR, "dddddd-ddddddd", check::kr_checked),
    named(Fact::KrRrn, of::KR, "dddddd-ddddddd", check::kr_rrn),
    named(Fact::ZaId, of::ZA, "dddddd dddd ddd", check::za_id),
    own(Fact::MedicalRecord, of::MEDICAL, "dddddd"),
    own(Fact::MedicalRecord, of::MEDICAL, "ddddddd"),
    named(Fact::SePersonnummer, of::SE, "dddddddd-dddd", check::se_personnummer),
    own(Fact::MedicalRecord, of::MEDICAL, "dddddddd"),
    named(Fact::IePps, of::IE, "dddddddA", check::ie_pps),
    own(Fact::Passport, of::PASSPORT, "Addddddd"),
    named(Fact::EsDni, of::ES, "dddddddd-A", check::es_dni),
    evident(Fact::EsDni, of::ES, "ddddddddA", check::es_dni),
    evident(Fact::EsNie, of::ES, "AdddddddA", check::es_nie),
    named(Fact::SgNric, of::SG, "AdddddddA", check::sg_nric),
    named(Fact::GbNino, of::NINO, "AAddddddA", check::gb_nino),
    named(Fact::IePps, of::IE, "dddddddAA", check::ie_pps),
    named(Fact::UsSsn, of::US, "ddddddddd", check::us_ssn),
    named(Fact::UsItin, of::US, "ddddddddd", check::us_itin),
    named(Fact::CaSin, of::CA, "ddddddddd", check::ca_sin),
    named(Fact::AuTfn, of::AU, "ddddddddd", check::au_tfn),
    named(Fact::PtNif, of::PT, "ddddddddd", check::pt_nif),
    named(Fact::NlBsn, of::NL, "ddddddddd", check::nl_bsn),
    own(Fact::Passport, of::PASSPORT, "ddddddddd"),
    own(Fact::Passport, of::PASSPORT, "Adddddddd"),
    own(Fact::Passport, of::PASSPORT, "AAddddddd"),
    own(Fact::Passport, of::PASSPORT, "AdddddddX"),
    own(Fact::Passport, of::PASSPORT, "ddAAddddd"),
    own(Fact::Passport, of::PASSPORT, "AXXXXXXXX"),
    own(Fact::MedicalRecord, of::MEDICAL, "ddddddddd"),
    named(Fact::InPan, of::IN, "AAAAAddddA", check::in_pan),
    named(Fact::GbNhs, of::NHS, "dddddddddd", check::gb_nhs),
    named(Fact::DkCpr, of::DK, "dddddddddd", check::dk_cpr),
    named(Fact::SePersonnummer, of::SE, "dddddddddd", check::se_personnummer),
    named(Fact::AuMedicare, of::AU, "dddddddddd", check::au_medicare),
    own(Fact::MedicalRecord, of::MEDICAL, "dddddddddd"),
    named(Fact::PlPesel, of::PL, "ddddddddddd", check::pl_pesel),
    evident(Fact::FiHetu, of::FI, "ddddddAdddX", check::fi_hetu),
    named(Fact::BeNationalNumber, of::BE, "ddddddddddd", check::be_national),
    named(Fact::BrCpf, of::BR, "ddddddddddd", check::br_cpf),
    named(Fact::DeSteuerId, of::DE, "ddddddddddd", check::de_steuer_id),
    named(Fact::NoFodselsnummer, of::NO, "ddddddddddd", check::no_fodselsnummer),
    named(Fact::TrTckn, of::TR, "ddddddddddd", check::tr_tckn),
    named(Fact::InAadhaar, of::IN, "dddddddddddd", check::in_aadhaar),
    named(Fact::JpMyNumber, of::JP, "dddddddddddd", check::jp_my_number),
    named(Fact::SePersonnummer, of::SE, "dddddddddddd", check::se_personnummer),
    named(Fact::ChAhv, of::CH, "ddddddddddddd", check::ch_ahv),
    named(Fact::RoCnp, of::RO, "ddddddddddddd", check::ro_cnp),
    named(Fact::ThId, of::TH, "ddddddddddddd", check::th_id),
    named(Fact::ZaId, of::ZA, "ddddddddddddd", check::za_id),
    named(Fact::KrRrn, of::KR, "ddddddddddddd", check::kr_rrn),
    named(Fact::BrCnpj, of::BR, "dddddddddddddd", check::br_cnpj),
    named(Fact::FrNir, of::FR, "ddddddddddddddd", check::fr_nir),
    evident(Fact::ItCodiceFiscale, of::IT, "AAAAAAddAddAdddA", check::it_codice_fiscale),
    evident(Fact::CnResidentId, of::CN, "dddddddddddddddddX", check::cn_resident),
    evident(Fact::MxCurp, of::MX, "AAAAddddddAAAAAAXd", check::mx_curp),
];
