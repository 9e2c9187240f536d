//! How rare a piece of text is, from statistics of prose, code and configuration.
//!
//! The numbers decide which part of a signature the prefilter looks for and what the linter calls too common. They
//! were counted over ten megabytes of documentation (six parts), source code (three) and JSON and shell scripts (one),
//! case folded. Letter pairs say what looks like text; four bytes in a row that are far more common than their pairs say
//! (`read`, `mess`) are listed, since ordinary text is made of few words. A digit is a bit: `a` means a chance of 2^-10.

/// How many symbols the statistics tell apart: letters, a digit, a space, a line break or tab, ASCII punctuation,
/// a byte beyond ASCII, any other control byte.
const SYMBOLS: usize = 63;

const PUNCTUATION: &[u8; 32] = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// -log2 of how often a symbol occurs.
const ONE: &[u8; SYMBOLS] = b"5655466659856556a554677879525a68bda8778b776668979cc8a8d778a8d7f";

/// -log2 of how often the column's symbol follows the row's.
#[rustfmt::skip]
const PAIR: [&[u8; SYMBOLS]; SYMBOLS] = [
    b"9544a75a5b7353d5c34366776a748f9ffffacadf989a9bdf9ffeccf9afdefbf",
    b"476839ac45b37849c5673aca4c538f7ffff678be894789deadfbbbf99ebcfbf",
    b"396837b35a458a28a46358bc7b669a9ffffa989b9888789bafecbbf68fbcfbf",
    b"589528794bb78948b65869aa7b626a6bfff977ad6758699a8decb9f67baaeaf",
    b"5854667a88955496734497757b836a6dffe977bf676769ab9efcc8f68fbafcf",
    b"4987446d3ed5753be4665cbc7f537c7feff996cf685a68b98febbaf78fbbfcf",
    b"698929653cc68567c55659ac8b736b5cfed967ae6756799a9bdcc9f58fa9ebf",
    b"3aa91bbd3db8894ac6745caf8d947c6ffdf989cf88888bcbaebdebf78fccfaf",
    b"6645555dac845246a633a6d6e697afbffffbdadfaa9aacefbefffbf9bfdefbf",
    b"5a8b2aaa5a6aaa4799194abbdb978d9dddf8b9ad9c999bcccfdbdadcbfaffaf",
    b"488817784a977667a747798c9c736b7cffe957a9676769aabcfad7f56fbafaf",
    b"4895259a3f939847e955589e5d947b8bfefa88bf87767b8cadeddaf78fbafbf",
    b"26972a8c4ab64844b85759bd8a748b7ffff988bf87747aad9edddaf68fcafbf",
    b"5a53463a5b769746d943679c7b936a7efff878bf87787b9bbeddcaf78ebafcf",
    b"8654857b79654264f3554659acb48daffffaabcfa8999ccccedfdbf7bfdefcf",
    b"3b873a865f946a45b34438bb6f858b7ffff979bf98897aac9efddbf79abefdf",
    b"8a988a9babb697aa97791babab76837bfff877ac5a797a899cfadbf57d9bfff",
    b"4966285a4e676539d544578b5a937b7afff978bf7879799b8fddcaf78fb9fbf",
    b"6a6939954e877955a843599c6b926a6cfef9879d68555abbacfac8f68fabfbf",
    b"4a7838a33eb78a46d4556a895b937a7ffff977af7778798b9edcc9f68faafcf",
    b"6356466c5db45385f333bad8cb459eaffffafadaabacbbffdffdddfadcdffcf",
    b"2b8a197a3dd87968da898ca9ba479d9fbdf998af89887b9c8fdbdce79eadf9f",
    b"3ba94aa32ec8a54ac449bc7aada37b8ffcfa69bb87698a9abdfdcaf68eabfcf",
    b"485747a84dc46783a87399a77b347c6edee887af6666598aaddd97f56c99fbf",
    b"678968896dc66543d745a98e99825b5dfff867ae565869999cdbb9f57fa9faf",
    b"399718a75a98784ab86977aa66567b6fddf7a9cba78879bbbdbc96f88da8d9f",
    b"6676779b9dbcbbcababb9cc6db135c7efcc8858b464865aa6efb95d77f98ecf",
    b"565665875a966656a654676b8a51dc58ad987a8bf7a7bb96acb7aad86697b9f",
    b"686877896ba88885c876787b9d612c959eeaaa5af6858e78ace6cbdc6976c8f",
    b"8a899acb8ea98aaac979baaaee83476ecee7179ea4aabba6beb398cc58aeaee",
    b"5766665759875665b65476899a744b866adbb5bc387629ad8cc9998c99e9caf",
    b"8a89997c8ef999bad989a9abfb327872aefabadf9bc5fcbffbf3b8fdcbcffff",
    b"554676776a866565d254957adb549c3dcbc748adbcba9dbdabbdcdca959bddd",
    b"78547777779788778737878858234749b68558688878686778bb7b897869bbb",
    b"756676a85966287687257699a9549c8cbe53897ebccbccb9eee3caec9cceeee",
    b"46656666698675868644677887735a89a9a8a47a3768579a9baa47b66999b8b",
    b"5645558458865666b645777a995a59567c45728dca98bfade9c6afd8877ffaf",
    b"efeedfeeffffdffefedeeefffff22d8e9efaa47b493c63ba86faa4dd5b8bfdf",
    b"775567888b985787b866979abb814b8c7de7873b9876478cdce9aaeb8ccce9f",
    b"976877b889988879b878a998aa325d5d4dd7758474786d84dd8867db789dddd",
    b"fbccceffcffdcdedfdbcdddfff811f9fdffbfbccddbeefefffefbcfdddfdf9f",
    b"565665776995666595566668a6437fafdcfbbca9d2bccfcb4db998babcbdfbf",
    b"6847676756866766b6566777aa332f89defad89b9c48bd9acfcda8f8bcadfaf",
    b"6655774868876484c566777aba43579acefbd88edb92dfcb8ddaabdbadefcff",
    b"775766886a977677b767878cca715c9cbcd8ad8ffdb43f7ceae99aeab7cfeff",
    b"eeeceefefffefffcfdeffefcff720e9ebce6fdbffeeefaeecfffcdffbedffcf",
    b"554666855a667676a6433598b99655a99d646eafb894bf789fb7cbe6abafedf",
    b"aaaaa9babcca99bbfaaababcce726e6fbce9cfcabcacef915ebdbcbfcabfbff",
    b"9b9b8bbc8fccacbbeb89dbadfd612d6fcfb8468b3a7a65575db9b7db5c8cfef",
    b"967ca8a88cc778b85939b8998c83475c7bb7758b567c526794a778cc7994bcc",
    b"55465656654545758445846788567a69acc7899c86a88769cc587598859cacc",
    b"564467885a967676b565578aaa4946738c989fb9787a9e8bbb85758739bffef",
    b"978689abbebaa4e5e6672b74ea566a48b9b78788b577ac6b7a8339c5a88beee",
    b"cdbbcccbddfdafebfdabedfcdfd32a8dcdea24763a5a36bd7bd4b7bd66a8eaf",
    b"377889878c997898a887a6989a5459798aa7399c97675c96a8835929697cccc",
    b"454545664855555495444568a957aebdfceba9af7bab9cad8feeaaf4bdbceff",
    b"6556667767976575a5566779a9624b88aa97979c57487b9cbba984b939cecaf",
    b"776877a88bb88677c769b89cd9540f6cdef9fffdcabe8fdffffeaffcd8c5fff",
    b"665776786997668697666588ba522baccb8776f777585b89bbb889b89a6b8cf",
    b"dccccdcbfedfddeffebedfedfdd41b6d8dd9a4bd287975bdcbe988f979a7cff",
    b"8aaaaa7aaaa87898a88a7aaaaa651b58abb6ba7b8b73bbb8aaa69a89888b5bb",
    b"9a9b9ccc8ec9a7abe988adbd9cb46b9fffe9d9cf8c7ecaeffeffafefdffff0f",
    b"777777777777777777777777777557777777777777777777777177777777777",
];

/// Most bytes in a row whose chance is listed.
const GRAM: usize = 4;

/// What occurs once in 2^14 places or more often is listed, if that is at least three times as often as its pairs say.
const LISTED: u32 = 14;

/// Four bytes, or three and a tab, how rare they are and a line break; sorted.
const COMMON: &[u8] = include_bytes!("common.grams");

/// A bit for each hash that a gram of [`COMMON`] has: most grams of a signature are not listed, and all of them are looked up when a
/// program starts.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const HASHES: [u64; 1024] = {
    let (lines, _) = COMMON.as_chunks::<{ GRAM + 2 }>();
    let mut hashes = [0; 1024];
    let mut at = 0;
    while at < lines.len() {
        let [a, b, c, d, ..] = lines[at];
        let hash = hash([a, b, c, d]);
        hashes[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    hashes
};

/// One of 2^16.
const fn hash(gram: [u8; GRAM]) -> usize {
    (u32::from_le_bytes(gram).wrapping_mul(0x9E37_79B1) >> 16) as usize
}

/// How rare three or four bytes are that are listed.
fn listed(gram: &[u8]) -> Option<u32> {
    let (lines, _) = COMMON.as_chunks::<{ GRAM + 2 }>();
    let mut folded = [b'\t'; GRAM];
    folded.iter_mut().zip(gram).for_each(|(to, from)| *to = from.to_ascii_lowercase());
    let hash = hash(folded);
    if HASHES.get(hash / 64).is_none_or(|bits| bits.wrapping_shr(hash as u32) & 1 == 0) {
        return None;
    }
    let key = u32::from_be_bytes(folded);
    let found = lines.binary_search_by_key(&key, |[a, b, c, d, ..]| u32::from_be_bytes([*a, *b, *c, *d])).ok();
    found.and_then(|at| lines.get(at)).map(|[.., digit, _]| bits(*digit))
}

const fn symbol(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => (letter - b'a') as usize,
        b'0'..=b'9' => 26,
        b' ' => 27,
        b'\n' | b'\r' | b'\t' => 28,
        0x80.. => 61,
        other => {
            let (mut index, mut rest) = (29, PUNCTUATION.as_slice());
            while let [first, tail @ ..] = rest {
                if *first == other {
                    return index;
                }
                index += 1;
                rest = tail;
            }
            62
        }
    }
}

/// The symbol of each byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const SYMBOL: [u8; 256] = {
    let mut symbols = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        symbols[byte] = symbol(byte as u8) as u8;
        byte += 1;
    }
    symbols
};

/// Which of its [`SYMBOLS`] the statistics take a byte for.
#[must_use]
pub(super) fn symbol_of(byte: u8) -> u8 {
    SYMBOL.get(usize::from(byte)).copied().unwrap_or(0)
}

const fn bits(digit: u8) -> u32 {
    match digit {
        b'0'..=b'9' => (digit - b'0') as u32,
        _ => (digit - b'a') as u32 + 10,
    }
}

/// A digit is one of ten: three bits more than the shared symbol says.
const fn digit_bits(symbol: usize) -> u32 {
    if symbol == 26 { 3 } else { 0 }
}

/// How rare `text` is at a given place of ordinary text, in bits: 10 means about one place in 2^10. Case folded.
#[must_use]
pub fn rarity(text: &[u8]) -> u32 {
    if text.len() <= GRAM {
        return listed(text).unwrap_or_else(|| by_pairs(text));
    }
    let whole = by_pairs(text);
    // What is made of common grams alone is a piece of a common word, and no rarer than the rarest of them.
    let common = |gram| listed(gram).or(Some(by_pairs(gram)).filter(|bits| *bits <= LISTED));
    let all = text.windows(GRAM).map(common).try_fold(0, |most, bits| Some(most.max(bits?)));
    let saved = |gram: &[u8]| listed(gram).map_or(0, |bits| by_pairs(gram).saturating_sub(bits));
    all.unwrap_or_else(|| whole.saturating_sub(text.windows(GRAM).map(saved).max().unwrap_or_default()))
}

/// The same, as far as letter pairs tell.
fn by_pairs(text: &[u8]) -> u32 {
    let mut previous: Option<usize> = None;
    let mut total = 0;
    for byte in text {
        let now = SYMBOL.get(usize::from(*byte)).map_or(0, |symbol| usize::from(*symbol));
        let table = previous.and_then(|row| PAIR.get(row).copied()).unwrap_or(ONE);
        total += table.get(now).map_or(15, |digit| bits(*digit)) + digit_bits(now);
        previous = Some(now);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::{COMMON, GRAM, by_pairs, listed, rarity};

    #[test]
    fn listed_grams_can_be_looked_up() {
        let (lines, rest) = COMMON.as_chunks::<{ GRAM + 2 }>();
        assert!(rest.is_empty() && lines.is_sorted() && lines.len() > 1000);
        for [gram @ .., digit, end] in lines {
            assert!(digit.is_ascii_hexdigit() && *end == b'\n', "{gram:?}");
            let gram = gram.strip_suffix(b"\t").unwrap_or(gram);
            assert!(listed(gram).is_some_and(|bits| bits <= by_pairs(gram)), "{gram:?}");
        }
    }

    #[test]
    fn pieces_of_common_words_are_common() {
        for word in ["read", "message", "limit", "filter", "content"] {
            assert!(rarity(word.as_bytes()) < 16, "{word} {}", rarity(word.as_bytes()));
        }
        assert!(rarity(b"not") < 12 && rarity(b"not") + 4 < rarity(b"nxt"));
        assert!(rarity(b"message") + 8 < rarity(b"messagex"));
        assert!(rarity(b"decipher") > 20 && rarity(b"obey") > 20);
    }

    #[test]
    fn common_text_is_common() {
        assert!(rarity(b"the ") < 16, "{}", rarity(b"the "));
        assert!(rarity(b"tion") + 8 < rarity(b"xoxb"), "{} {}", rarity(b"tion"), rarity(b"xoxb"));
        assert!(rarity(b"/etc") + 5 < rarity(b"/etc/shadow"));
        assert_eq!(rarity(b"GHP_"), rarity(b"ghp_"));
        assert_eq!(rarity(b""), 0);
    }
}
