//! `serde` over the spanned tree, so that a question's type says what may be asked and errors still know their place.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor, value::StrDeserializer,
};

use crate::{
    config::{
        problem::{Problems, quoted},
        suggest,
        tree::{Key, Node, Value},
    },
    message::Span,
};

/// Reads a `T`; reports what is wrong at its place.
pub(super) fn read<T: DeserializeOwned>(node: &Node, problems: &mut Problems) -> Option<T> {
    match T::deserialize(De(node)) {
        Ok(value) => Some(value),
        Err(error) => {
            let problem = problems.error(error.at.unwrap_or(node.span), error.message);
            if let Some(help) = error.help {
                problem.help(help);
            }
            None
        }
    }
}

#[derive(Debug)]
struct Error {
    message: String,
    help: Option<String>,
    at: Option<Span>,
}

impl Error {
    /// The innermost place wins.
    fn at(mut self, span: Span) -> Self {
        self.at.get_or_insert(span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), help: None, at: None }
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}"))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let help = Some(suggest::did_you_mean(field, expected));
        Self { message: format!("unknown key {}", quoted(field)), help, at: None }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let help = Some(suggest::did_you_mean(variant, expected));
        Self { message: format!("unknown value {}", quoted(variant)), help, at: None }
    }
}

#[derive(Clone, Copy)]
struct De<'n>(&'n Node);

impl<'de> serde::Deserializer<'de> for De<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let span = self.0.span;
        let read = match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Map(entries) => visitor.visit_map(Entries { rest: entries.iter(), value: None }),
        };
        read.map_err(|error| error.at(span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A single value where a list is wanted is a list of one.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.value {
            Value::String(_) => visitor.visit_seq(Items(std::slice::from_ref(self.0).iter())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let span = self.0.span;
        let read = match &self.0.value {
            Value::String(text) => visitor.visit_enum(Variant { name: text, content: None }),
            Value::Map(entries) => match entries.as_slice() {
                [(key, content)] => visitor.visit_enum(Variant { name: &key.name, content: Some(content) }),
                _ => Err(Error::custom("expected one key")),
            },
            _ => Err(Error { help: Some(suggest::one_of(variants)), ..Error::custom("expected a name") }),
        };
        read.map_err(|error| error.at(span))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'n>(std::slice::Iter<'n, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(De(node))).transpose()
    }
}

struct Entries<'n> {
    rest: std::slice::Iter<'n, (Key, Node)>,
    value: Option<&'n Node>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some(value);
        let name: StrDeserializer<'_, Error> = key.name.as_str().into_deserializer();
        seed.deserialize(name).map(Some).map_err(|error| error.at(key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("a value before its key"))?;
        seed.deserialize(De(value))
    }
}

struct Variant<'n> {
    name: &'n str,
    content: Option<&'n Node>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> Variant<'de> {
    fn content(self) -> Result<De<'de>, Error> {
        self.content.map(De).ok_or_else(|| Error::custom(format_args!("`{}` needs a value", self.name)))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            Some(node) => Err(Error::custom(format_args!("`{}` takes no value", self.name)).at(node.span)),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        serde::Deserializer::deserialize_seq(self.content()?, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        serde::Deserializer::deserialize_any(self.content()?, visitor)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::read;
    use crate::config::{problem::Problems, yaml::read_yaml};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Question {
        names: Vec<String>,
        kind: Option<Kind>,
        inner: Option<Box<Question>>,
        count: u8,
        flag: bool,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Sized(u8),
    }

    fn parse(text: &str) -> Result<Question, String> {
        let mut problems = Problems::new();
        let tree = read_yaml("q.yaml", text, &mut problems).unwrap();
        read(&tree.root, &mut problems).ok_or_else(|| problems.to_string())
    }

    #[test]
    fn types_are_read() {
        let read = parse("{names: one, kind: {sized: 3}, inner: {names: [a, b], kind: plain}, flag: true}").unwrap();
        assert_eq!((read.names, read.kind, read.flag), (vec!["one".to_owned()], Some(Kind::Sized(3)), true));
        assert_eq!(read.inner.unwrap().kind, Some(Kind::Plain));
    }

    #[test]
    fn errors_know_their_place() {
        insta::assert_snapshot!(parse("inner: {nmaes: [a]}").unwrap_err(), @r"
        error: unknown key `nmaes`
         --> q.yaml:1:9
          |
        1 | inner: {nmaes: [a]}
          |         ^^^^^
          = help: did you mean `names`?
        ");
        insta::assert_snapshot!(parse("kind: plian").unwrap_err(), @r"
        error: unknown value `plian`
         --> q.yaml:1:7
          |
        1 | kind: plian
          |       ^^^^^
          = help: did you mean `plain`?
        ");
        insta::assert_snapshot!(parse("count: many").unwrap_err(), @r"
        error: expected u8
         --> q.yaml:1:8
          |
        1 | count: many
          |        ^^^^
        ");
    }
}
