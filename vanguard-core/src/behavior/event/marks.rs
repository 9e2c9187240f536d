//! What the name of an argument says of it.

use crate::message::for_each_word;

/// What an argument's name says of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyMarks {
    pub(super) body: bool,
    pub(super) method: bool,
    pub(super) recipient: bool,
    /// Those whom it names are told of it.
    pub(super) invited: bool,
    /// It says what is asked for.
    pub(super) kind: bool,
    pub(super) credential: bool,
    pub(super) file: bool,
}

impl KeyMarks {
    pub(super) fn of(key: &[u8]) -> Self {
        let mut marks = Self::default();
        // Mostly a name is one word as it stands.
        if key.len() <= 16 && key.iter().all(u8::is_ascii_lowercase) {
            marks.note(key);
        } else {
            for_each_word(key, |word| marks.note(word));
        }
        // `apiKey`, `X-API-Key`, `Ocp-Apim-Subscription-Key`.
        let ends = |with: &[u8]| {
            let letters = key.iter().rev().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
            letters.take(with.len()).eq(with.iter().rev().copied())
        };
        marks.credential |= matches!(key.last(), Some(b'y' | b'Y'))
            && [b"apikey".as_slice(), b"accesskey", b"authkey", b"subscriptionkey", b"secretkey"].into_iter().any(ends);
        marks
    }

    fn note(&mut self, word: &[u8]) {
        match word {
            b"body" | b"data" | b"payload" | b"content" | b"contents" | b"json" | b"text" | b"message" | b"form"
            | b"html" | b"params" | b"markdown" | b"description" | b"comment" => self.body = true,
            b"method" | b"verb" => self.method = true,
            b"to" | b"recipient" | b"recipients" | b"channel" | b"cc" | b"bcc" | b"address" | b"email" | b"chat" => {
                self.recipient = true;
                self.invited |= matches!(word, b"to" | b"recipient" | b"recipients" | b"cc" | b"bcc");
            }
            b"attendee" | b"attendees" | b"guest" | b"guests" | b"invitee" | b"invitees" | b"participant"
            | b"participants" => (self.recipient, self.invited) = (true, true),
            b"resource" | b"kind" | b"type" | b"table" | b"collection" => self.kind = true,
            b"authorization" | b"auth" | b"token" | b"password" | b"passwd" | b"credential" | b"credentials"
            | b"apikey" | b"cookie" | b"secret" => self.credential = true,
            b"attachment" | b"attachments" | b"file" | b"base64" | b"image" | b"blob" => self.file = true,
            _ => {}
        }
    }
}

/// Whether a number is where one looks, not what one looks at.
pub(super) fn is_page(key: &[u8]) -> bool {
    let mut page = false;
    for_each_word(key, |word| {
        page |= matches!(
            word,
            b"page"
                | b"offset"
                | b"limit"
                | b"line"
                | b"lines"
                | b"start"
                | b"end"
                | b"cursor"
                | b"size"
                | b"count"
                | b"depth"
                | b"max"
                | b"min"
                | b"head"
                | b"tail"
                | b"timeout"
                | b"year"
                | b"month"
                | b"day"
                | b"step"
                | b"index"
                | b"from"
                | b"per"
                | b"width"
                | b"height"
                | b"seed"
                | b"version"
                | b"path"
                | b"file"
                | b"date"
                | b"time"
                | b"x"
                | b"y"
                | b"thought"
                | b"number"
                | b"query"
        );
    });
    page
}
