//! What personal data there is to find.

use crate::message::Span;
use serde::{Deserialize, Serialize};

/// A kind of personal data. Rules name it by its word in snake case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// A payment card: an issuer's range, its length, Luhn.
    Card,
    /// A bank account: the country's length, remainder 1 by 97.
    Iban,
    /// A mail address that may be a person's.
    Email,
    /// A telephone number: international, or named by a word beside it.
    Phone,
    /// A bitcoin address, with its checksum.
    BitcoinAddress,
    /// A patient's number, named by a word beside it.
    MedicalRecord,
    /// A passport's number, named by a word beside it; or the machine-readable line, with its check digits.
    Passport,
    /// United States: Social Security number, in its ranges.
    UsSsn,
    /// United States: Individual Taxpayer Identification Number, in its ranges.
    UsItin,
    /// Australia: Tax File Number.
    AuTfn,
    /// Australia: Medicare number.
    AuMedicare,
    /// Belgium: Rijksregisternummer.
    BeNationalNumber,
    /// Brazil: Cadastro de Pessoas Físicas.
    BrCpf,
    /// Brazil: Cadastro Nacional da Pessoa Jurídica, a company's.
    BrCnpj,
    /// Canada: Social Insurance Number.
    CaSin,
    /// Switzerland: AHV number.
    ChAhv,
    /// China: resident identity number.
    CnResidentId,
    /// Germany: Steuer-Identifikationsnummer.
    DeSteuerId,
    /// Denmark: CPR number.
    DkCpr,
    /// Spain: Documento Nacional de Identidad.
    EsDni,
    /// Spain: Número de Identidad de Extranjero.
    EsNie,
    /// Finland: Henkilötunnus.
    FiHetu,
    /// France: Numéro d'inscription au répertoire.
    FrNir,
    /// United Kingdom: NHS number.
    GbNhs,
    /// United Kingdom: National Insurance number.
    GbNino,
    /// India: Aadhaar.
    InAadhaar,
    /// India: Permanent Account Number.
    InPan,
    /// Ireland: Personal Public Service number.
    IePps,
    /// Italy: Codice fiscale.
    ItCodiceFiscale,
    /// Japan: My Number.
    JpMyNumber,
    /// South Korea: Resident Registration Number.
    KrRrn,
    /// Mexico: Clave Única de Registro de Población.
    MxCurp,
    /// Netherlands: Burgerservicenummer.
    NlBsn,
    /// Norway: Fødselsnummer.
    NoFodselsnummer,
    /// Poland: PESEL.
    PlPesel,
    /// Portugal: Número de Identificação Fiscal.
    PtNif,
    /// Romania: Cod Numeric Personal.
    RoCnp,
    /// Sweden: Personnummer.
    SePersonnummer,
    /// Singapore: NRIC number.
    SgNric,
    /// Thailand: identity card number.
    ThId,
    /// Türkiye: T.C. kimlik numarası.
    TrTckn,
    /// South Africa: identity number.
    ZaId,
}

/// A fact and its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub fact: Fact,
    /// Where.
    pub span: Span,
    /// A word beside it says what it is.
    pub named: bool,
}
