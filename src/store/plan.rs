//! From the configuration and the catalogue to the statements of a store. Every name that does not fit is reported,
//! not only the first.
use super::{
    key_lookup::KeyLookup,
    marks,
    matching::Parse,
    shape::Shape,
    statements::{Plan, is_operator, reading, select},
};
use crate::{
    config::{
        password::Password,
        users::{Case, From, Users},
    },
    sql::{
        dialect::Dialect,
        operator_query,
        select_user::{Comparison, Expression, Origin, Selected},
        statement::Wrap,
    },
};

/// Something about the table or the SELECT that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProblem {
    /// Whether nothing can work; else it works, but slowly.
    pub fatal: bool,
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl SchemaProblem {
    pub(crate) fn fatal(message: impl Into<String>, hint: Option<String>) -> Self {
        Self { fatal: true, message: message.into(), hint }
    }

    pub(crate) fn slow(message: impl Into<String>, hint: String) -> Self {
        Self { fatal: false, message: message.into(), hint: Some(hint) }
    }
}

/// How one column is read, and compared with what a person typed or with a key.
#[derive(Debug, Clone)]
pub(crate) struct ColumnFacts {
    /// Its name in the database, or that of an expression.
    pub name: String,
    /// What is selected under it.
    pub expression: Expression,
    /// What it holds.
    pub shape: Shape,
    /// What stands around it when it is selected.
    pub select: Wrap,
    /// Comparison without case.
    pub identify: Comparison,
    /// How a typed text becomes its value.
    pub parse: Parse,
    /// Exact comparison.
    pub key: Comparison,
    /// Whether rows may be found that do not match and have to be sieved.
    pub loose: bool,
    /// What makes the comparison slow, if anything does.
    pub slow: Option<SchemaProblem>,
}

/// The catalogue's answer.
pub(crate) struct Facts {
    /// Expressions first: one that bears a column's name stands for it.
    pub columns: Vec<ColumnFacts>,
}

/// Rows of an exact comparison: two tell that there are several.
const ROWS_EXACT: usize = 2;
/// Rows of a loose one, which may also hold rows that do not match.
const ROWS_LOOSE: usize = 20;

/// The origin of the configuration; the operator's SELECT split at its `:identifier`.
pub(crate) fn origin(dialect: Dialect, users: &Users) -> Result<Origin, SchemaProblem> {
    match &users.from {
        From::Table(table) => Ok(Origin::Table(table.clone())),
        From::Query(text) => operator_query::split(dialect, text).map(Origin::Query).map_err(|problem| {
            SchemaProblem::fatal(
                problem.to_string(),
                Some("`users.query` is one SELECT with `:identifier` in it".into()),
            )
        }),
    }
}

/// Every column that the configuration names, with the key that names it, in the order of the SELECT.
#[must_use]
pub fn named_columns(users: &Users, password: &Password) -> Vec<(String, String)> {
    let mut named = vec![("users.user_id.column".to_owned(), users.id_column.clone())];
    for (key, source) in users.sources() {
        named.extend(source.columns().into_iter().map(|name| (key.clone(), name.to_owned())));
    }
    if let (Some(_), Some(name)) = (&users.active, users.active_column()) {
        named.push(("users.active".into(), name.to_owned()));
    }
    if let Some(name) = &users.mfa_factors {
        named.push(("users.mfa_factors".into(), name.clone()));
    }
    named.push(("password.column".into(), password.column.clone()));
    if let Some(name) = &password.salt {
        named.push(("password.salt".into(), name.clone()));
    }
    if let Some(scheme) = &password.scheme {
        named.push(("password.scheme".into(), scheme.column.clone()));
    }
    named
}

/// Plans the statements, or tells everything that does not fit.
pub(crate) fn plan(
    dialect: Dialect,
    users: &Users,
    password: &Password,
    origin: &Origin,
    facts: &Facts,
) -> Result<(Plan, Vec<SchemaProblem>), Vec<SchemaProblem>> {
    let place = match &users.from {
        From::Table(table) => format!("table `{}`", table.path.join(".")),
        From::Query(_) => "the result of `users.query`".to_owned(),
    };
    let is_table = matches!(origin, Origin::Table(_));
    let mut problems = Vec::new();
    let mut find = |key: &str, name: &str| match column(&facts.columns, name) {
        Some(column) => Some(column.clone()),
        None => {
            // Some catalogues show a role only what it may read.
            let (verb, unseen) = match dialect {
                Dialect::Mysql | Dialect::SqlServer => {
                    ("shows this role", Some("if it is there, let the administrator run what `drawbridge sql` prints"))
                }
                Dialect::Postgres | Dialect::Sqlite => ("has", None),
            };
            let near = nearest(&facts.columns, name).map(|near| format!("the nearest name is `{near}`"));
            problems.push(SchemaProblem::fatal(
                format!("`{key}` is `{name}`, but {place} {verb} no such column"),
                near.or_else(|| unseen.map(ToOwned::to_owned)),
            ));
            None
        }
    };
    let mut outputs: Vec<(String, ColumnFacts)> = Vec::new();
    for (key, name) in named_columns(users, password) {
        if let Some(column) = find(&key, &name)
            && !outputs.iter().any(|(known, _)| *known == name)
        {
            outputs.push((name, column));
        }
    }
    let mut identifiers = Vec::new();
    if is_table {
        for identifier in &users.identifiers {
            let found = find("users.identifiers", &identifier.column);
            identifiers.extend(found.map(|column| column.stored_in(identifier.case)));
        }
    }
    let key = find("users.user_id.column", &users.id_column);
    if is_table && users.identifiers.is_empty() {
        problems.push(SchemaProblem::fatal("`users.identifiers` names no column", None));
    }
    problems.dedup();
    let Some(key) = key else { return Err(problems) };
    if !problems.is_empty() {
        return Err(problems);
    }

    let loose = identifiers.iter().any(|column| column.loose || is_operator(&column.expression));
    let rows = if loose { ROWS_LOOSE } else { ROWS_EXACT };
    let mut selected: Vec<(String, Shape, Selected)> =
        outputs.iter().map(|(name, column)| (name.clone(), column.shape, select(column))).collect();
    let mut mapped = selected.clone();
    let unnamed = identifiers.iter().filter(|column| outputs.iter().all(|(name, _)| *name != column.name));
    mapped.extend(unnamed.map(|column| (column.name.clone(), column.shape, select(column))));
    selected.extend(identifiers.iter().map(|column| (column.name.clone(), column.shape, select(column))));
    let compared: Vec<_> =
        identifiers.iter().map(|column| (column.expression.clone(), column.identify.clone())).collect();
    let find = reading(dialect, &selected, origin, &compared, rows);
    let find_marked = marks::selected(dialect, &key, &users.id_prefix).map(|mark| {
        selected.insert(outputs.len(), mark);
        reading(dialect, &selected, origin, &compared, rows)
    });
    let key_order = (key.expression.clone(), key.key.clone());
    let key_lookup = is_table.then(|| KeyLookup::new(dialect, origin, &key));
    let password_columns = outputs
        .iter()
        .filter(|(name, _)| {
            let deciding = password.scheme.as_ref().map(|scheme| &scheme.column);
            *name == password.column || Some(name) == password.salt.as_ref() || Some(name) == deciding
        })
        .map(|(name, column)| ColumnFacts { name: name.clone(), ..column.clone() })
        .collect();
    let slow = identifiers.iter().filter_map(|column| column.slow.clone()).collect();
    let folded = identifiers
        .iter()
        .map(|column| {
            // A collation without case groups by itself.
            (column.name.clone(), column.expression.clone(), column.identify.column.clone())
        })
        .collect();
    let identifiers = identifiers.iter().map(|column| (column.parse, column.identify.second.is_some())).collect();
    let plan = Plan {
        find,
        find_marked,
        folded,
        identifiers,
        rows,
        key: key_lookup,
        origin: origin.clone(),
        password: password_columns,
        mapped,
        key_order,
        dialect,
    };
    Ok((plan, slow))
}

impl ColumnFacts {
    /// The same column where the application stores it in one case: its plain index serves.
    fn stored_in(self, case: Case) -> Self {
        let fold = match case {
            Case::Mixed => return self,
            Case::Lower => "lower(",
            Case::Upper => "upper(",
        };
        if self.loose && self.identify.second.is_none() {
            // A collation without case compares as it should already.
            return self;
        }
        // The database folds what it knows, and the second value is folded by us.
        let second = if case == Case::Lower { Wrap::NONE } else { Wrap::of("upper(", ")") };
        let within = |wrap: &Wrap, fold: Wrap| {
            Wrap::made(format!("{}{}", wrap.before, fold.before), format!("{}{}", fold.after, wrap.after))
        };
        let plain = &self.key.value;
        let identify = Comparison {
            column: Wrap::NONE,
            value: within(plain, Wrap::of(fold, ")")),
            second: Some(within(plain, second)),
        };
        Self { identify, slow: None, ..self }
    }
}

fn column<'a>(columns: &'a [ColumnFacts], name: &str) -> Option<&'a ColumnFacts> {
    columns
        .iter()
        .find(|column| column.name == name)
        .or_else(|| columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
}

fn nearest<'a>(columns: &'a [ColumnFacts], name: &str) -> Option<&'a str> {
    nearest_name(columns.iter().map(|column| column.name.as_str()), name)
}

/// The most similar of some names, as far as one is similar at all.
pub(crate) fn nearest_name<'a>(names: impl Iterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    names
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}
