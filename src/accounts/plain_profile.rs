//! Profiles of plain rows, for whoever writes many: the same bytes as `profile::write`, from columns whose places are known.
//!
//! # Why a second way
//! To look up every name and to ask every rule takes most of the time of an export. Here stands what is the same in all rows of
//! a statement, and no rule of its own: a row with a value that a rule may have a say about goes to `profile::write`, and so do
//! all rows of a table whose mapping is not columns alone. `tests/bulk/users.rs` holds one way against the other.
use super::{
    error::Refusal,
    json_text,
    metadata::MAX_SAFE_INTEGER,
    profile::{self, MAX_BYTES, MAX_EMAIL, MAX_USERNAME, METADATA, Profile},
};
use crate::{
    config::users::{Kind, ProfileKey, Source, Users},
    store::legacy_row::{LegacyRow, LegacyValue, Names},
};

/// The longest prefix and the longest key that no rule is asked about, in bytes.
const SHORT: usize = 100;

/// Writes the profiles of rows, one after the other.
pub struct Profiles<'a> {
    users: &'a Users,
    plan: Option<(Names, Option<Plan>)>,
}

/// What is the same in all rows.
struct Plan {
    key: Option<usize>,
    /// The object up to the key.
    opening: Vec<u8>,
    pieces: Vec<Piece>,
}

/// A piece of the object. Members begin with the comma before them, and texts end before their value.
enum Piece {
    /// As it stands.
    Fixed(Vec<u8>),
    /// A member that every row has.
    Member(Vec<u8>),
    /// The metadata begin.
    Metadata,
    Email(usize, Vec<u8>),
    Text(usize, Vec<u8>),
    Verified(usize, Vec<u8>),
    Value(usize, Vec<u8>, Kind),
}

/// A value that only `profile::write` may judge.
struct NotPlain;

impl<'a> Profiles<'a> {
    /// Of the table that this configuration reads.
    #[must_use]
    pub fn of(users: &'a Users) -> Self {
        Self { users, plan: None }
    }

    /// Builds the profile of a row in the place of another's.
    ///
    /// # Errors
    /// As `profile::write`.
    pub fn write(&mut self, row: &LegacyRow, profile: &mut Profile) -> Result<(), Refusal> {
        let is_known = self.plan.as_ref().is_some_and(|(names, _)| Names::ptr_eq(names, row.names()));
        if !is_known {
            self.plan = Some((Names::clone(row.names()), Plan::of(row, self.users)));
        }
        if let Some((_, Some(plan))) = &self.plan {
            profile.clear();
            if plan.write(row, &self.users.id_prefix, profile).is_ok() {
                return Ok(());
            }
        }
        profile::write(row, self.users, profile)
    }
}

impl Plan {
    /// `None` where something is mapped that rules have a say about in every row.
    fn of(row: &LegacyRow, users: &Users) -> Option<Self> {
        let prefix = &users.id_prefix;
        if users.mfa_factors.is_some() || prefix.len() > SHORT || !json_text::is_plain(prefix.as_bytes()) {
            return None;
        }
        let mut pieces = Vec::new();
        for key in ProfileKey::ALL {
            let member = member(key.name());
            match (key, profile::source(users, key)) {
                (ProfileKey::EmailVerified, None) if profile::source(users, ProfileKey::Email).is_some() => {
                    pieces.push(Piece::Member([&member, b"false".as_slice()].concat()));
                }
                (_, None) => {}
                (ProfileKey::PhoneNumber | ProfileKey::PhoneVerified, Some(_)) => return None,
                (ProfileKey::EmailVerified, Some(Source::Column { name, .. })) => {
                    pieces.push(Piece::Verified(row.place(name)?, member));
                }
                (ProfileKey::EmailVerified, Some(Source::Literal(value))) => pieces.push(fixed(member, value)),
                (ProfileKey::Email, Some(Source::Column { name, .. })) => {
                    pieces.push(Piece::Email(row.place(name)?, quoted(member)));
                }
                (_, Some(Source::Column { name, .. })) => pieces.push(Piece::Text(row.place(name)?, quoted(member))),
                (_, Some(_)) => return None,
            }
        }
        pieces.push(Piece::Metadata);
        push_object(row, METADATA, &users.metadata, &mut pieces)?;
        if !users.user_metadata.is_empty() {
            pieces.push(Piece::Fixed(b",".to_vec()));
            push_object(row, "user_metadata", &users.user_metadata, &mut pieces)?;
        }
        pieces.push(Piece::Fixed(b"}".to_vec()));
        let opening = [b"{\"user_id\":\"", prefix.as_bytes()].concat();
        Some(Self { key: row.place(&users.id_column), opening, pieces })
    }

    fn write(&self, row: &LegacyRow, prefix: &str, profile: &mut Profile) -> Result<(), NotPlain> {
        let Profile { user_id, email, json, metadata } = profile;
        user_id.push_str(prefix);
        let mut digits = itoa::Buffer::new();
        let key = match row.at(self.key) {
            Some(LegacyValue::Int(key)) => digits.format(i64::try_from(*key).map_err(|_| NotPlain)?),
            Some(LegacyValue::Text(key)) if is_plain_key(key) => key,
            _ => return Err(NotPlain),
        };
        user_id.push_str(key);
        if user_id.ends_with("@clients") {
            return Err(NotPlain);
        }
        json.extend_from_slice(&self.opening);
        json.extend_from_slice(key.as_bytes());
        json.push(b'"');
        for piece in &self.pieces {
            match piece {
                Piece::Fixed(bytes) => json.extend_from_slice(bytes),
                Piece::Member(member) => push_member(json, member),
                Piece::Metadata => {
                    json.push(b',');
                    *metadata = json.len();
                }
                Piece::Email(place, member) => {
                    let Some(LegacyValue::Text(text)) = row.at(Some(*place)) else { return Err(NotPlain) };
                    if !is_plain_address(text) {
                        return Err(NotPlain);
                    }
                    email.push_str(text);
                    push_text(json, member, text);
                }
                Piece::Text(place, member) => match row.at(Some(*place)) {
                    Some(LegacyValue::Null) => {}
                    Some(LegacyValue::Text(text)) if is_plain_text(text) => push_text(json, member, text),
                    _ => return Err(NotPlain),
                },
                Piece::Verified(place, member) => match row.at(Some(*place)) {
                    Some(LegacyValue::Bool(flag)) => push_flag(json, member, *flag),
                    _ => return Err(NotPlain),
                },
                Piece::Value(place, member, kind) => {
                    let value = row.at(Some(*place)).ok_or(NotPlain)?;
                    push_value(json, member, value, *kind)?;
                }
            }
        }
        if json.len() > MAX_BYTES { Err(NotPlain) } else { Ok(()) }
    }
}

/// The pieces of an object of metadata, its key included.
fn push_object(row: &LegacyRow, key: &str, mapping: &[(String, Source)], pieces: &mut Vec<Piece>) -> Option<()> {
    pieces.push(Piece::Fixed(format!("\"{key}\":{{").into_bytes()));
    for (key, source) in mapping {
        pieces.push(match source {
            Source::Literal(value) => fixed(member(key), value),
            Source::Column { name, kind } => Piece::Value(row.place(name)?, member(key), *kind),
            Source::Computed(_) => return None,
        });
    }
    pieces.push(Piece::Fixed(b"}".to_vec()));
    Some(())
}

/// `,"key":`.
fn member(key: &str) -> Vec<u8> {
    let mut member = Vec::new();
    json_text::push_key(&mut member, key);
    member
}

fn quoted(mut member: Vec<u8>) -> Vec<u8> {
    member.push(b'"');
    member
}

fn fixed(mut member: Vec<u8>, value: &serde_json::Value) -> Piece {
    json_text::push_value(&mut member, value);
    Piece::Member(member)
}

/// Appends a member; the first of an object has no comma.
fn push_member(json: &mut Vec<u8>, member: &[u8]) {
    let is_first = json.last() == Some(&b'{');
    json.extend_from_slice(member.get(usize::from(is_first)..).unwrap_or_default());
}

/// Appends a text that nothing in is escaped.
fn push_text(json: &mut Vec<u8>, member: &[u8], text: &str) {
    push_member(json, member);
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
}

fn push_flag(json: &mut Vec<u8>, member: &[u8], flag: bool) {
    push_member(json, member);
    json.extend_from_slice(if flag { b"true" } else { b"false" });
}

fn push_value(json: &mut Vec<u8>, member: &[u8], value: &LegacyValue, kind: Kind) -> Result<(), NotPlain> {
    match (value, kind) {
        (LegacyValue::Null, _) => {}
        (LegacyValue::Text(text), Kind::Auto | Kind::String) => {
            push_member(json, member);
            json_text::push(json, text);
        }
        (LegacyValue::Bool(flag), Kind::Auto | Kind::Bool) => push_flag(json, member, *flag),
        (LegacyValue::Int(number), Kind::Auto | Kind::Int)
            if number.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs() =>
        {
            push_member(json, member);
            json.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes());
        }
        _ => return Err(NotPlain),
    }
    Ok(())
}

/// Whether all bytes are visible ASCII that stands for itself in JSON: in such a text bytes are characters, and none is white.
fn is_visible(text: &str) -> bool {
    // Without a way out in the middle, many bytes are looked at at a time.
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~'))
}

fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.len() <= SHORT && is_visible(key) && !key.as_bytes().contains(&b'|')
}

fn is_plain_address(text: &str) -> bool {
    let (local, whole) = MAX_EMAIL;
    let at = text.bytes().rposition(|byte| byte == b'@');
    at.is_some_and(|at| at > 0 && at <= local && at + 1 < text.len()) && text.len() <= whole && is_visible(text)
}

fn is_plain_text(text: &str) -> bool {
    // No more bytes than any key may have characters, and not nothing but blanks.
    let is_blank = || !text.bytes().next().is_some_and(|first| first.is_ascii_graphic()) && text.trim().is_empty();
    text.len() <= MAX_USERNAME && !is_blank() && json_text::is_plain(text.as_bytes())
}
