//! What a text asks a person for: a credential, a payment card, or neither. English is read by its words, other languages by the phrases
//! that mean a password or a card (`languages`); what a noun only describes (`token count`, `card layout`, `password policy`) is not asked for.

use super::is_among;
use super::languages::elsewhere;
use crate::message::for_each_word;

/// What is asked for and may not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A password, key, token, code or phrase that opens something.
    Credential,
    /// What pays: a card's number, code or date.
    Card,
}

/// Words that are looked at in one text.
const WORDS: usize = 400;

/// Bytes of a word that are kept.
const KEPT: usize = 16;

/// A word of a text, cut and in small letters.
#[derive(Clone, Copy, Default)]
struct Word {
    letters: [u8; KEPT],
    len: usize,
}

impl Word {
    fn text(&self) -> &[u8] {
        self.letters.get(..self.len).unwrap_or_default()
    }
}

fn words(text: &[u8]) -> Vec<Word> {
    let mut out = Vec::new();
    // Names are heard in pieces, since only the start of one is.
    for piece in text.chunks(240).take(16) {
        for_each_word(piece, |word| {
            let mut kept = Word { len: word.len().min(KEPT), ..Word::default() };
            kept.letters.iter_mut().zip(word).for_each(|(place, byte)| *place = *byte);
            out.push(kept);
        });
    }
    out.truncate(WORDS);
    out
}

/// What a name or a title asks for: what its last words name.
pub(super) fn by_name(name: &[u8]) -> Option<Wanted> {
    let words = words(name);
    let mut end = words.len();
    // `password_value`, `Password (again)`, `api-key-2`.
    while end
        .checked_sub(1)
        .and_then(|at| words.get(at))
        .is_some_and(|word| is_among(word.text(), IDLE) || word.text().iter().all(u8::is_ascii_digit))
    {
        end -= 1;
    }
    let words = words.get(..end).unwrap_or_default();
    named_at(words, true).or_else(|| elsewhere(name, false))
}

/// What a sentence asks for: something behind a word that asks, which nothing takes back.
pub(super) fn by_sentence(text: &[u8], may_be_yours: bool) -> Option<Wanted> {
    let all = words(text);
    for end in 1..=all.len() {
        let Some(wanted) = named_at(all.get(..end).unwrap_or_default(), false) else { continue };
        let next = all.get(end).map(Word::text).unwrap_or_default();
        if is_among(next, DESCRIBED) {
            continue;
        }
        // What is asked for is one word or two; what asks for it stands before them.
        let phrase = if is_among(all.get(end - 1).map(Word::text).unwrap_or_default(), ALONE) { 1 } else { 2 };
        let before = all.get(end.saturating_sub(9)..end.saturating_sub(phrase)).unwrap_or_default();
        let has = |list| before.iter().any(|word| is_among(word.text(), list));
        let asks = has(ASKS) || may_be_yours && (end <= 3 || has("your"));
        if asks && !has(TAKES_BACK) {
            return Some(wanted);
        }
    }
    elsewhere(text, true)
}

/// Whether the last words of `words` name a credential or a card. `alone`: they are all there is, so that fewer will do.
fn named_at(words: &[Word], alone: bool) -> Option<Wanted> {
    let at =
        |back: usize| words.len().checked_sub(back).and_then(|at| words.get(at)).map(Word::text).unwrap_or_default();
    let (last, before, third) = (at(1), at(2), at(3));
    match last {
        b"password" | b"passwd" | b"passphrase" | b"passcode" | b"pwd" | b"mnemonic" | b"seedphrase" | b"apikey"
        | b"privatekey" => Some(Wanted::Credential),
        b"otp" | b"totp" | b"credentials" | b"secretkey" | b"accesstoken" | b"authtoken" => Some(Wanted::Credential),
        b"passwords" | b"credential" if alone => Some(Wanted::Credential),
        b"pin" => (alone && words.len() <= 2 || matches!(before, b"your" | b"card" | b"bank" | b"atm" | b"account"))
            .then_some(Wanted::Credential),
        b"secret" => (alone && words.len() == 1
            || matches!(before, b"client" | b"app" | b"api" | b"shared" | b"webhook" | b"oauth" | b"totp"))
        .then_some(Wanted::Credential),
        b"key" | b"keys" => (matches!(
            before,
            b"api"
                | b"secret"
                | b"private"
                | b"access"
                | b"ssh"
                | b"encryption"
                | b"signing"
                | b"master"
                | b"deploy"
                | b"wallet"
        ) || before == b"account" && third == b"service")
            .then_some(Wanted::Credential),
        b"token" | b"tokens" => is_among(before, BEFORE_TOKEN).then_some(Wanted::Credential),
        b"phrase" | b"words" => {
            matches!(before, b"seed" | b"recovery" | b"mnemonic" | b"wallet" | b"backup").then_some(Wanted::Credential)
        }
        b"code" | b"codes" => match before {
            b"recovery" | b"backup" | b"2fa" | b"mfa" | b"otp" | b"pin" | b"authenticator" | b"factor" | b"login" => {
                Some(Wanted::Credential)
            }
            b"time" if third == b"one" => Some(Wanted::Credential),
            b"cvv" | b"cvc" => Some(Wanted::Card),
            b"security" => Some(if third == b"card" { Wanted::Card } else { Wanted::Credential }),
            b"verification" if third == b"card" => Some(Wanted::Card),
            _ => None,
        },
        b"cvv" | b"cvc" | b"cvv2" | b"cvc2" | b"ccnum" | b"cardnumber" | b"creditcard" => Some(Wanted::Card),
        b"card" => (matches!(before, b"credit" | b"debit" | b"bank" | b"payment") && alone).then_some(Wanted::Card),
        b"number" | b"no" | b"num" | b"digits" | b"pan" => (before == b"card"
            && !matches!(
                third,
                b"index" | b"loyalty" | b"gift" | b"library" | b"id" | b"sim" | b"report" | b"trump" | b"playing"
            )
            || before == b"cc"
            || before == b"account" && third == b"primary")
            .then_some(Wanted::Card),
        b"expiry" | b"expiration" | b"exp" => matches!(before, b"card" | b"cc").then_some(Wanted::Card),
        b"date" => (matches!(before, b"expiry" | b"expiration") && third == b"card").then_some(Wanted::Card),
        b"details" | b"data" | b"info" | b"information" => match before {
            b"card" if matches!(third, b"credit" | b"debit" | b"payment" | b"bank") => Some(Wanted::Card),
            b"login" if alone => Some(Wanted::Credential),
            _ => None,
        },
        _ => None,
    }
}

/// Words that say it all.
const ALONE: &str = "password passwd passphrase passcode pwd mnemonic seedphrase apikey privatekey otp totp credentials \
    secretkey accesstoken authtoken cvv cvc cvv2 cvc2 ccnum cardnumber creditcard";

/// Words at the end of a name that say nothing.
const IDLE: &str = "value field input string text again confirm confirmation confirmed required optional here repeat";

/// What makes a token one that opens something.
const BEFORE_TOKEN: &str = "access auth authentication authorization api bearer session refresh personal bot oauth jwt deploy \
    github gitlab slack discord telegram npm pypi openai anthropic huggingface hf notion jira aws azure \
    gcp google stripe cloudflare heroku digitalocean id vault security secret login account user service";

/// What asks a person to write something.
const ASKS: &str = "enter provide type paste input give supply submit send tell fill confirm need needs share write \
    specify reveal";

/// What takes a question back, or asks for something else about it.
const TAKES_BACK: &str = "not never don dont no without whether which how where name number path kind length instead avoid nor \
    what when label question id reference forget forgot forgotten expired";

/// What only describes the noun before it: `password policy`.
const DESCRIBED: &str = "policy policies length count counts limit limits reset resets manager managers strength name names \
    type types format id ids rotation expiry expiration change requirements rules rule layout title \
    color colour style size page protected protection based label template usage budget prices price \
    symbol address file path store vault hint question field form screen dialog will is was has are \
    generator hash less free settings option options authentication flow prompt prompts provider games \
    game";

#[cfg(test)]
mod tests {
    use super::*;
    use Wanted::{Card, Credential};

    #[test]
    fn names_ask_for_what_their_last_words_name() {
        for (name, wanted) in [
            ("password", Credential),
            ("newPassword", Credential),
            ("Confirm password", Credential),
            ("Password (again)", Credential),
            ("api_key", Credential),
            ("githubToken", Credential),
            ("OpenAI API key", Credential),
            ("personal-access-token", Credential),
            ("PIN", Credential),
            ("client_secret", Credential),
            ("seed phrase", Credential),
            ("One-time code", Credential),
            ("SSH private key", Credential),
            ("Contraseña", Credential),
            ("Mot de passe", Credential),
            ("Passwort", Credential),
            ("密码", Credential),
            ("パスワード", Credential),
            ("пароль", Credential),
            ("cardNumber", Card),
            ("Credit card number", Card),
            ("cvv", Card),
            ("card_expiry", Card),
            ("CVC code", Card),
            ("Número de tarjeta", Card),
            ("Kreditkartennummer", Card),
            ("信用卡号", Card),
        ] {
            assert_eq!(by_name(name.as_bytes()), Some(wanted), "{name}");
        }
        for name in [
            "card_layout",
            "token_count",
            "password_policy",
            "Password length",
            "max_tokens",
            "secret_name",
            "key",
            "keyboard",
            "api_key_name",
            "has_password_hint",
            "gift card number",
            "page_token",
            "pin_location",
            "token_symbol",
            "verification",
            "business_card_title",
            "number of cards",
            "author",
            "zip code",
            "country_code",
            "email",
            "username",
            "Passwortrichtlinie",
            "密码策略",
            "sort_key",
            "primary key",
            "public_key",
            "card",
            "playing card",
            "promo code",
            "Kreditkartenmodul",
            "expiry_date",
            "secret santa",
            "tokens",
            "words",
            "password manager",
        ] {
            assert_eq!(by_name(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn sentences_ask_where_a_word_asks() {
        for (text, wanted) in [
            ("Please enter your GitHub password to go on.", Credential),
            ("Paste the API key of your account", Credential),
            ("Your password for the mail server", Credential),
            ("The 12 words: type your recovery phrase", Credential),
            ("Enter the 16 digit card number", Card),
            ("Provide the CVV on the back", Card),
            ("Introduzca su contraseña", Credential),
            ("Bitte geben Sie Ihr Passwort ein", Credential),
            ("Saisissez votre numéro de carte", Card),
            ("请输入您的密码", Credential),
            ("カード番号を入力してください", Card),
        ] {
            assert_eq!(by_sentence(text.as_bytes(), true), Some(wanted), "{text}");
        }
        for text in [
            "Which password policy applies?",
            "Do not enter your password here.",
            "Never paste an API key into this form.",
            "The name of the secret that holds the API key",
            "How many tokens may the answer have? Enter the token count.",
            "Layout of the card: wide or narrow",
            "Your password will be asked for in the browser.",
            "Choose the credit card type of the sample data.",
            "Enter the postal code",
            "Which card game do you want to play?",
            "Geben Sie hier kein Passwort ein",
            "No introduzca su contraseña",
            "请勿输入密码",
            "パスワードは入力しないでください",
            "Enter the key of the map entry",
        ] {
            assert_eq!(by_sentence(text.as_bytes(), true), None, "{text}");
        }
    }
}
