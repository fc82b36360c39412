//! One request as the endpoints see it: who asks, for which creator, and with what.

use std::cell::RefCell;

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::reply::Refusal;
use crate::clock::{Millis, parse_iso};
use crate::oauth::{Access, Identity};
use crate::shared::Shared;
use crate::world::{Creator, Mutation, World};

/// A change of furniture (lists, links) that is neither journaled nor announced.
pub(crate) type Edit = Box<dyn FnOnce(&mut World) + Send>;

/// What a call changes, carried out once its answer is made and the world is no longer being read.
#[derive(Default)]
pub(crate) struct Effects {
    pub mutations: Vec<Mutation>,
    pub edits: Vec<Edit>,
}

pub(crate) struct Call<'a> {
    pub sandbox: &'a Shared,
    pub world: &'a World,
    pub access: &'a Access,
    /// The creator of a `/creators/{uuid}/...` address.
    pub twin: Option<usize>,
    pub v1: bool,
    /// Lists that went over to cursors under `/v1` page by cursor.
    pub cursors: bool,
    pub query: &'a [(String, String)],
    pub body: &'a Value,
    pub now: Millis,
    pub effects: RefCell<Effects>,
}

impl<'a> Call<'a> {
    pub(super) fn happen(&self, mutation: Mutation) {
        self.effects.borrow_mut().mutations.push(mutation);
    }

    pub(super) fn edit(&self, edit: impl FnOnce(&mut World) + Send + 'static) {
        self.effects.borrow_mut().edits.push(Box::new(edit));
    }

    /// The first value of a query parameter, with or without `[]` after its name.
    pub(super) fn param(&self, name: &str) -> Option<&'a str> {
        let found = self.query.iter().find(|(key, _)| key.strip_suffix("[]").unwrap_or(key) == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All values of a list parameter: repeated keys, `[]` keys, and comma lists.
    pub(super) fn list(&self, name: &str) -> Vec<&'a str> {
        let values = self.query.iter().filter(|(key, _)| key.strip_suffix("[]").unwrap_or(key) == name);
        values.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty()).collect()
    }

    pub(super) fn number(
        &self,
        name: &str,
        default: usize,
        low: usize,
        high: usize,
    ) -> Result<usize, Refusal> {
        let Some(text) = self.param(name) else { return Ok(default) };
        match text.parse() {
            Ok(number) if (low..=high).contains(&number) => Ok(number),
            _ => Err(Refusal::invalid(format!("{name} must be a whole number from {low} to {high}"))),
        }
    }

    pub(super) fn time(&self, name: &str) -> Result<Option<Millis>, Refusal> {
        let Some(text) = self.param(name) else { return Ok(None) };
        let parsed = parse_iso(text).or_else(|| parse_iso(&text.replace(' ', "+")));
        parsed.map(Some).ok_or_else(|| Refusal::invalid(format!("{name} must be an ISO 8601 date")))
    }

    /// `startDate` (inclusive) and `endDate` (exclusive), unbounded where absent.
    pub(super) fn period(&self) -> Result<(Millis, Millis), Refusal> {
        let from = self.time("startDate")?.unwrap_or(0);
        let to = self.time("endDate")?.unwrap_or(Millis::MAX);
        if from > to {
            return Err(Refusal::invalid("startDate must not be after endDate"));
        }
        Ok((from, to))
    }

    /// The key inside the cursor, if there is one.
    pub(super) fn cursor(&self) -> Result<Option<String>, Refusal> {
        let Some(text) = self.param("cursor") else { return Ok(None) };
        let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        key.map(Some).ok_or_else(|| Refusal::invalid("cursor is not valid"))
    }

    /// Refuses with 403 when the token lacks a scope; twins need the creator scope of the same kind too.
    pub(super) fn require(&self, scope: &str) -> Result<(), Refusal> {
        let twin_scope = if scope.starts_with("write:") { "write:creator" } else { "read:creator" };
        for needed in [Some(scope), self.twin.map(|_| twin_scope)].into_iter().flatten() {
            if !self.access.has_scope(needed) {
                return Err(Refusal(
                    StatusCode::FORBIDDEN,
                    json!({"message": format!("Insufficient scope: {needed} is required")}),
                ));
            }
        }
        Ok(())
    }

    /// The creator that the call is about: the twin's, or the one who signed in.
    pub(super) fn creator(&self) -> Result<(usize, &'a Creator), Refusal> {
        let index = self.twin.or(match self.access.identity {
            Identity::Creator(index) => Some(index),
            Identity::Agency => None,
        });
        let index =
            index.ok_or_else(|| Refusal::message(StatusCode::FORBIDDEN, "This account is not a creator"))?;
        Ok((index, &self.world.creators[index]))
    }

    /// The user whose token this is.
    pub(super) fn owner(&self) -> Uuid {
        match self.access.identity {
            Identity::Creator(index) => self.world.creators[index].uuid,
            Identity::Agency => self.world.agency_uuid,
        }
    }

    /// The creators that the token reaches.
    pub(super) fn reachable(&self) -> Vec<usize> {
        match self.access.identity {
            Identity::Creator(index) => vec![index],
            Identity::Agency => {
                let all = self.world.creators.iter().enumerate();
                all.filter(|(_, creator)| creator.in_agency).map(|(index, _)| index).collect()
            }
        }
    }

    pub(super) fn uuid(&self, text: &str, what: &str) -> Result<Uuid, Refusal> {
        text.parse().map_err(|_| Refusal::not_found(what))
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }
}
