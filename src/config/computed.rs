//! Computed fields: a profile or metadata value as a CEL formula over the row. Parsed, and its names checked, when the
//! configuration is loaded; bounded, since a macro may run over a list of the row but not inside another one.
use cel::{
    Context, Env, Value as CelValue,
    common::ast::{EntryExpr, Expr},
    extensions,
    parser::Parser,
};
use serde_json::{Number, Value};
use std::{
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, LazyLock},
};

/// Longest formula in bytes.
const LONGEST: usize = 4096;
/// Deepest nesting.
const DEEPEST: u16 = 64;
/// The name of the row in a formula.
const ROW: &str = "row";

/// What a formula may call: CEL's own functions and those of its strings extension.
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "uint",
    "double",
    "bytes",
    "bool",
    "type",
    "dyn",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "lowerAscii",
    "upperAscii",
    "replace",
    "split",
    "substring",
    "trim",
    "reverse",
    "join",
    "quote",
];

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib();
    // Fails only when a name is declared twice; the functions would be missing, which the tests would show.
    let _ = environment.add_extension(extensions::strings);
    Arc::new(environment)
});

/// A checked formula.
pub struct Computed {
    program: cel::IdedExpr,
    source: String,
    columns: Vec<String>,
}

/// What is wrong with a formula, and in which column of its text; 0 where that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputedError {
    /// Counted from 1.
    pub column: usize,
    /// In words.
    pub message: String,
}

impl Computed {
    /// Parses a formula and checks its names.
    ///
    /// # Errors
    /// The first thing that is wrong, with its column.
    pub fn compile(source: &str) -> Result<Self, ComputedError> {
        if source.len() > LONGEST {
            return Err(ComputedError { column: 0, message: format!("longer than {LONGEST} bytes") });
        }
        let parser: Parser = ENVIRONMENT.parser().max_recursion_depth(DEEPEST);
        let (program, info) = parser.parse_with_source_info(source).map_err(|errors| {
            let first = errors.errors.into_iter().next();
            let column = first.as_ref().and_then(|error| usize::try_from(error.pos.1).ok()).unwrap_or(0);
            ComputedError { column, message: first.map_or_else(|| "no formula".into(), |error| error.msg) }
        })?;
        let mut names = Names { columns: Vec::new(), bound: Vec::new(), running: false };
        names.walk(&program).map_err(|(id, message)| {
            let offset = info.offset_for(id).and_then(|(start, _)| usize::try_from(start).ok());
            let column = offset.map_or(0, |offset| source.chars().take(offset).count() + 1);
            ComputedError { column, message }
        })?;
        Ok(Self { program, source: source.to_owned(), columns: names.columns })
    }

    /// The columns that the formula names.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The value for a row whose columns `of` gives; `None` for null.
    ///
    /// # Errors
    /// When the formula has no value for this row; the message holds none of its values.
    pub fn evaluate(&self, of: impl Fn(&str) -> Option<Value>) -> Result<Option<Value>, &'static str> {
        const WITHOUT: &str = "a computed field has no value for this row";
        let row: HashMap<String, CelValue> =
            self.columns.iter().filter_map(|name| Some((name.clone(), to_cel(&of(name)?)))).collect();
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_from_value(ROW, row);
        // The crate panics on some expressions that its parser lets through; a login must not.
        let value = catch_unwind(AssertUnwindSafe(|| context.resolve(&self.program))).map_err(|_| WITHOUT)?;
        match from_cel(&value.map_err(|_| WITHOUT)?)? {
            Value::Null => Ok(None),
            value => Ok(Some(value)),
        }
    }
}

impl fmt::Debug for Computed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Computed").field(&self.source).finish()
    }
}

impl PartialEq for Computed {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// Walks a formula and keeps the columns that it names.
struct Names {
    columns: Vec<String>,
    bound: Vec<String>,
    running: bool,
}

impl Names {
    fn walk(&mut self, at: &cel::IdedExpr) -> Result<(), (u64, String)> {
        match &at.expr {
            Expr::Select(select) => {
                if self.is_row(&select.operand) {
                    self.keep(&select.field);
                    return Ok(());
                }
                self.walk(&select.operand)
            }
            Expr::Call(call) if call.func_name == "_[_]" && call.args.first().is_some_and(|arg| self.is_row(arg)) => {
                match call.args.get(1).map(|index| &index.expr) {
                    Some(Expr::Literal(literal)) => {
                        let cel::common::ast::LiteralValue::String(name) = literal else {
                            return Err((at.id, "name the column as a text: `row[\"My Column\"]`".into()));
                        };
                        let name = name.inner().to_owned();
                        self.keep(&name);
                        Ok(())
                    }
                    _ => Err((at.id, "a column has to be named, not computed: `row[\"My Column\"]`".into())),
                }
            }
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                let is_operator = !name.chars().next().is_some_and(char::is_alphabetic);
                if !is_operator && !FUNCTIONS.contains(&name) {
                    let near = super::section::nearest_hint(name, FUNCTIONS.iter().copied());
                    let near = near.map(|near| format!(": {near}")).unwrap_or_default();
                    return Err((at.id, format!("there is no function `{name}`{near}")));
                }
                call.target.iter().try_for_each(|target| self.walk(target))?;
                call.args.iter().try_for_each(|arg| self.walk(arg))
            }
            Expr::Ident(name) if self.bound.contains(name) => Ok(()),
            Expr::Ident(name) if name == ROW => Err((at.id, "name a column: `row.plan_code`".into())),
            Expr::Ident(name) => {
                Err((at.id, format!("there is no `{name}`; a column is written `row.{name}`, a text in quotes")))
            }
            Expr::Comprehension(macro_) => {
                if self.running {
                    return Err((at.id, "a macro inside another one could run for ever".into()));
                }
                self.walk(&macro_.iter_range)?;
                let known = self.bound.len();
                self.bound.extend([macro_.iter_var.clone(), macro_.accu_var.clone()]);
                self.bound.extend(macro_.iter_var2.clone());
                self.running = true;
                let inner = [&macro_.accu_init, &macro_.loop_cond, &macro_.loop_step, &macro_.result];
                let walked = inner.into_iter().try_for_each(|inner| self.walk(inner));
                self.running = false;
                self.bound.truncate(known);
                walked
            }
            Expr::List(list) => list.elements.iter().try_for_each(|element| self.walk(element)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.walk(&entry.key)?;
                    self.walk(&entry.value)
                }
                EntryExpr::StructField(field) => self.walk(&field.value),
            }),
            Expr::Literal(_) => Ok(()),
            Expr::Struct(_) | Expr::Unspecified => Err((at.id, "this has no meaning here".into())),
        }
    }

    fn is_row(&self, at: &cel::IdedExpr) -> bool {
        matches!(&at.expr, Expr::Ident(name) if name == ROW && !self.bound.contains(name))
    }

    fn keep(&mut self, name: &str) {
        if !self.columns.iter().any(|known| known == name) {
            self.columns.push(name.to_owned());
        }
    }
}

fn to_cel(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(answer) => CelValue::Bool(*answer),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| CelValue::Float(number.as_f64().unwrap_or(f64::NAN)), CelValue::Int)
        }
        Value::String(text) => CelValue::String(Arc::new(text.clone())),
        Value::Array(values) => CelValue::List(Arc::new(values.iter().map(to_cel).collect())),
        Value::Object(entries) => {
            let entries: HashMap<String, CelValue> =
                entries.iter().map(|(key, value)| (key.clone(), to_cel(value))).collect();
            entries.into()
        }
    }
}

fn from_cel(value: &CelValue) -> Result<Value, &'static str> {
    const NO_JSON: &str = "a computed field gives something that JSON has no form for";
    Ok(match value {
        CelValue::Null => Value::Null,
        CelValue::Bool(answer) => Value::Bool(*answer),
        CelValue::Int(number) => Value::from(*number),
        CelValue::UInt(number) => Value::from(*number),
        CelValue::Float(number) => Number::from_f64(*number).map(Value::Number).ok_or(NO_JSON)?,
        CelValue::String(text) => Value::String(text.as_str().to_owned()),
        CelValue::List(values) => Value::Array(values.iter().map(from_cel).collect::<Result<_, _>>()?),
        CelValue::Map(map) => {
            let mut entries: Vec<(String, Value)> = map
                .map
                .iter()
                .map(|(key, value)| Ok((key.to_string(), from_cel(value)?)))
                .collect::<Result<_, &'static str>>()?;
            // A map has no order of its own; two answers about one person have to be alike.
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(entries.into_iter().collect())
        }
        _ => return Err(NO_JSON),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(source: &str) -> Result<Option<Value>, &'static str> {
        let row = json!({"plan_code": 3, "name": "Ünal", "tags": ["b", "a"], "nothing": null, "My Column": true});
        Computed::compile(source).unwrap().evaluate(|name| row.get(name).cloned())
    }

    fn error(source: &str) -> String {
        let error = Computed::compile(source).unwrap_err();
        format!("{}: {}", error.column, error.message)
    }

    #[test]
    fn rows_are_computed() {
        assert_eq!(value("row.plan_code == 3 ? 'gold' : 'free'"), Ok(Some(json!("gold"))));
        assert_eq!(value("row.name + '!'"), Ok(Some(json!("Ünal!"))));
        assert_eq!(value("row['My Column'] && row.plan_code > 1"), Ok(Some(json!(true))));
        assert_eq!(value("row.nothing == null ? 'none' : row.nothing"), Ok(Some(json!("none"))));
        assert_eq!(value("row.nothing"), Ok(None));
        assert_eq!(value("row.tags.map(t, t.upperAscii())"), Ok(Some(json!(["B", "A"]))));
        assert_eq!(value("row.tags.exists(t, t == 'a')"), Ok(Some(json!(true))));
        assert_eq!(
            value("{'code': row.plan_code, 'also': [1.5, row.name]}"),
            Ok(Some(json!({"also": [1.5, "Ünal"], "code": 3})))
        );
        assert!(value("row.name + 1").is_err());
        assert!(value("9223372036854775807 + row.plan_code").is_err());
        assert!(value("row.name.matches('^Ü')").is_ok());
    }

    #[test]
    fn errors_point_at_the_character() {
        assert_eq!(error("row.a ==").split(':').next(), Some("9"));
        assert_eq!(error("lowr(row.a)"), "5: there is no function `lowr`: the nearest known one is `lowerAscii`");
        assert_eq!(error("1 + plan"), "5: there is no `plan`; a column is written `row.plan`, a text in quotes");
        assert_eq!(error("row[row.a]"), "4: a column has to be named, not computed: `row[\"My Column\"]`");
        assert!(error("row").contains("name a column"));
        assert!(error("row.a.map(x, row.a.map(y, y))").contains("for ever"));
    }
}
