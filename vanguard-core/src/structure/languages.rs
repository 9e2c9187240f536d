//! What a text of another language than English asks a person for: phrases that mean a password, a key or a card, and what takes them back.

use super::wanted::Wanted;

/// The phrases of other languages, in small letters.
const CREDENTIALS: &[&str] = &[
    "contraseña",
    "contrasena",
    "mot de passe",
    "passwort",
    "kennwort",
    "senha",
    "palavra-passe",
    "parola d'ordine",
    "lösenord",
    "wachtwoord",
    "adgangskode",
    "passord",
    "salasana",
    "hasło",
    "heslo",
    "jelszó",
    "пароль",
    "şifre",
    "mật khẩu",
    "kata sandi",
    "clave de api",
    "clave api",
    "clave privada",
    "clé api",
    "clé privée",
    "clé secrète",
    "api-schlüssel",
    "privater schlüssel",
    "privaten schlüssel",
    "geheimer schlüssel",
    "chave de api",
    "chave da api",
    "chave privada",
    "chiave api",
    "chiave privata",
    "ключ api",
    "api-ключ",
    "приватный ключ",
    "закрытый ключ",
    "frase semilla",
    "phrase de récupération",
    "密码",
    "密碼",
    "口令",
    "私钥",
    "私鑰",
    "密钥",
    "密鑰",
    "助记词",
    "验证码",
    "パスワード",
    "秘密鍵",
    "apiキー",
    "暗証番号",
    "비밀번호",
    "개인 키",
    "api 키",
    "पासवर्ड",
    "كلمة المرور",
    "كلمة السر",
    "סיסמה",
    "סיסמא",
    "รหัสผ่าน",
    "κωδικός πρόσβασης",
    "κωδικό πρόσβασης",
];
const CARDS: &[&str] = &[
    "tarjeta de crédito",
    "tarjeta de credito",
    "tarjeta de débito",
    "número de tarjeta",
    "numero de tarjeta",
    "número de la tarjeta",
    "carte bancaire",
    "carte de crédit",
    "numéro de carte",
    "numéro de la carte",
    "kreditkarte",
    "kartennummer",
    "cartão de crédito",
    "cartao de credito",
    "número do cartão",
    "carta di credito",
    "numero della carta",
    "numero di carta",
    "creditcardnummer",
    "kredittkort",
    "kreditkort",
    "luottokort",
    "karty kredytowej",
    "karta kredytowa",
    "numer karty",
    "číslo karty",
    "номер карты",
    "номер банковской карты",
    "kart numar",
    "kredi kart",
    "信用卡",
    "银行卡号",
    "卡号",
    "卡號",
    "クレジットカード",
    "カード番号",
    "신용카드",
    "카드 번호",
    "카드번호",
    "क्रेडिट कार्ड",
    "بطاقة الائتمان",
    "כרטיס אשראי",
    "บัตรเครดิต",
];
/// What follows where the phrase only describes.
const DESCRIBES: &[&str] = &[
    "策略",
    "政策",
    "规则",
    "規則",
    "长度",
    "長度",
    "强度",
    "管理",
    "ポリシー",
    "の長さ",
    "の強度",
    "マネージャ",
    "정책",
    "길이",
    "관리",
    "politik",
    "richtlinie",
    "länge",
    "manager",
    " длин",
    " политик",
];
/// What takes it back, before it or, where verbs stand last, behind it.
const NOT_BEFORE: &[&str] = &[
    "kein",
    "nicht",
    "niemals",
    "nunca",
    "jamais",
    "ne ",
    "n'",
    "não",
    "non ",
    "mai ",
    " no ",
    "no i",
    "sin ",
    "sans ",
    "ohne ",
    "senza ",
    "sem ",
    "niet",
    "geen",
    "aldrig",
    "inte ",
    "nie ",
    "не ",
    "никогда",
    "不",
    "勿",
    "别",
    "没有",
    "длина",
    "longitud",
    "longueur",
    "política",
    "politique",
    "politica",
    "politik",
    "gestor de",
    "gestionnaire",
];
const NOT_BEHIND: &[&str] = &["しない", "ないで", "不要", "마세요", "하지 ", "girmeyin"];

/// What a text of another language asks for. A sentence is looked at around each phrase.
pub(super) fn elsewhere(text: &[u8], sentence: bool) -> Option<Wanted> {
    if text.is_ascii() && !sentence && text.len() < 5 {
        return None;
    }
    let text = std::str::from_utf8(text.get(..text.len().min(4096)).unwrap_or_default()).unwrap_or_else(|error| {
        text.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
    });
    let lower = text.to_lowercase();
    let find = |phrases: &[&str]| {
        phrases.iter().any(|phrase| {
            lower.match_indices(phrase).any(|(at, _)| {
                let (before, behind) =
                    (lower.get(..at).unwrap_or_default(), lower.get(at + phrase.len()..).unwrap_or_default());
                let near = |text: &str, phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
                let back = before.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
                let ahead = behind.char_indices().nth(16).map_or(behind.len(), |(at, _)| at);
                // A longer word is another word: `Passwortlänge`; ends of inflection are none.
                let grows = phrase.is_ascii()
                    || phrase.chars().last().is_some_and(|last| last.is_alphabetic() && u32::from(last) < 0x600);
                let tail = behind.chars().take_while(|char| char.is_alphabetic()).count();
                let another = grows && tail > 3 || DESCRIBES.iter().any(|word| behind.starts_with(word));
                let taken_back = near(before.get(back..).unwrap_or_default(), NOT_BEFORE)
                    || near(behind.get(..ahead).unwrap_or_default(), NOT_BEHIND);
                !another && !taken_back
            })
        })
    };
    if find(CARDS) { Some(Wanted::Card) } else { find(CREDENTIALS).then_some(Wanted::Credential) }
}
