//! `drawbridge init`: looks at a database, asks where it is not sure, and writes a first configuration.
use super::{
    start,
    terminal::{self, Exit},
};
use crate::{
    config::{
        database::{Database, DatabaseUrl},
        load::{self, Needs},
        users::Case,
    },
    init::{
        Certainty, Choice,
        columns::{self, Mapping},
        draft::{Draft, Found},
        recognise::{self, Recognised},
        tables::{self, Candidate},
    },
    secret::Secret,
    sql::identifier::{quote, quote_path},
    store::{
        self,
        catalogue::{self, CatalogueTable},
        console::Console,
        error::{StoreError, StoreErrorKind},
        runtime::DatabaseRuntime,
    },
};
use dialoguer::{Select, theme::ColorfulTheme};
use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    io::{IsTerminal, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// The arguments of the command.
pub struct Arguments {
    /// `--database`.
    pub database: String,
    /// `--password-file`.
    pub password_file: Option<PathBuf>,
    /// `--out`.
    pub out: PathBuf,
    /// `--yes`.
    pub yes: bool,
}

/// Runs the command.
#[must_use]
pub fn run(arguments: &Arguments) -> Exit {
    match prepare(arguments) {
        Ok((database, url)) => {
            let runtime = match start::runtime() {
                Ok(runtime) => runtime,
                Err(exit) => return exit,
            };
            match runtime.handle().block_on(find_out(arguments, &database, url, &runtime)) {
                Ok(exit) => exit,
                Err(error) => {
                    terminal::error(&error.message, Some("look at the URL, the password and the network between"));
                    terminal::exit_of(&error)
                }
            }
        }
        Err((message, hint)) => {
            terminal::error(&message, Some(&hint));
            Exit::Usage
        }
    }
}

/// The database, and its URL as the configuration will have it.
fn prepare(arguments: &Arguments) -> Result<(Database, String), (String, String)> {
    let wrong = |message: String, hint: &str| Err((message, hint.to_owned()));
    if arguments.out.exists() {
        let message = format!("{} is there already", arguments.out.display());
        return wrong(message, "name another file with `--out`, or move this one away");
    }
    if !arguments.yes && !std::io::stdin().is_terminal() {
        return wrong("there is nobody to ask".into(), "`--yes` takes the best guess of each choice");
    }
    let password = match &arguments.password_file {
        Some(file) => {
            Some(crate::config::secret_file::read(file).map_err(|(message, hint)| (message, hint.to_owned()))?)
        }
        None => std::env::var("DRAWBRIDGE__DATABASE__PASSWORD").ok().map(Secret::new),
    };
    let here = Path::new("");
    let url = DatabaseUrl::from_text(&arguments.database, password.clone(), here).or_else(|error| {
        if password.is_some() { DatabaseUrl::from_text(&arguments.database, None, here) } else { Err(error) }
    })?;
    if let (DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_) | DatabaseUrl::SqlServer(_), Some(_)) =
        (&url, in_url(&arguments.database))
    {
        return wrong(
            "the URL holds a password, which every process of this machine could read".into(),
            "write the URL without it, and name a file with `--password-file`",
        );
    }
    let written = match &url {
        // The configuration's own directory is where its paths start from.
        DatabaseUrl::Sqlite { path } => {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            format!("sqlite:{}", whole.display())
        }
        _ => arguments.database.clone(),
    };
    Ok((Database::of(url), written))
}

fn in_url(text: &str) -> Option<String> {
    url::Url::parse(text).ok()?.password().map(ToOwned::to_owned)
}

async fn find_out(
    arguments: &Arguments,
    database: &Database,
    url: String,
    runtime: &DatabaseRuntime,
) -> Result<Exit, StoreError> {
    let (database_, asks) = (database.clone(), !arguments.yes);
    let found = runtime.run(async move { look(&database_, asks).await }).await?;
    let Some(found) = found else {
        terminal::error(
            "no table of this database looks like one of users",
            Some("the role has to see it; else write `[users]` by hand, as the README has it"),
        );
        return Ok(Exit::Failed);
    };
    let password_file = arguments
        .password_file
        .as_ref()
        .map(|file| std::path::absolute(file).unwrap_or_else(|_| file.clone()).display().to_string());
    let mut draft = Draft { url, password_file, dialect: database.url.dialect(), found, cases: BTreeMap::new() };
    if let Err(error) = write_new(&arguments.out, &draft.text()) {
        terminal::error(&format!("{} cannot be written: {error}", arguments.out.display()), None);
        return Ok(Exit::Failed);
    }
    // Held against the database as `check` will; a plain index is enough where every value is in lower case.
    draft.cases = cases(&arguments.out, &draft, database, runtime).await;
    if !draft.cases.is_empty() && std::fs::write(&arguments.out, draft.text()).is_err() {
        terminal::error("the configuration could not be written again", None);
        return Ok(Exit::Failed);
    }
    for (key, value, why) in draft.told() {
        anstream::println!("{key:<36} {value:<32} {why}");
    }
    let file = arguments.out.display();
    anstream::println!("\n{file} is written. What is next:");
    anstream::println!("  drawbridge census --config {file}       what is in the password column");
    anstream::println!("  drawbridge sql --config {file}          a role that can do nothing else");
    anstream::println!("  drawbridge check --config {file}        what is missing; the two keys of [token] are");
    Ok(Exit::Done)
}

/// Finds an application or a table, and asks where somebody is there to ask.
async fn look(database: &Database, asks: bool) -> Result<Option<Found>, StoreError> {
    let mut console = Console::open(database, true).await?;
    let catalogue = catalogue::read(&mut console).await?;
    let recognised = recognise::recognise(&catalogue);
    if let Some(choice) = chosen_preset(recognised, asks) {
        return Ok(Some(Found::Preset(with_parameters(&mut console, choice, asks).await)));
    }
    let candidates = tables::rank(&mut console, &catalogue).await;
    let Some(candidate) = chosen_table(candidates, asks) else { return Ok(None) };
    let mut mapping = columns::map(&candidate.value);
    if asks {
        confirm(&candidate.value, &mut mapping);
    }
    if mapping.id.is_none() || (mapping.email.is_none() && mapping.username.is_none()) {
        return Ok(None);
    }
    let Choice { value, certainty, reason } = candidate;
    Ok(Some(Found::Table(Choice { value: value.table, certainty, reason }, Box::new(mapping))))
}

fn chosen_preset(mut recognised: Vec<Choice<Recognised>>, asks: bool) -> Option<Choice<Recognised>> {
    recognised.retain(|choice| choice.certainty >= Certainty::Likely);
    if recognised.is_empty() {
        return None;
    }
    let mut items: Vec<String> = recognised
        .iter()
        .map(|choice| format!("{} ({}: {})", choice.value.preset.about().title, choice.certainty, choice.reason))
        .collect();
    items.push("none of these".to_owned());
    let place = if asks { select("Which application made this database?", &items, 0)? } else { 0 };
    (place < recognised.len()).then(|| recognised.swap_remove(place))
}

async fn with_parameters(console: &mut Console, mut choice: Choice<Recognised>, asks: bool) -> Choice<Recognised> {
    for (name, values) in recognise::parameters(console, &choice.value).await {
        let place = if asks && values.len() > 1 { select(&format!("Which {name}?"), &values, 0) } else { Some(0) };
        let value = place.and_then(|place| values.get(place)).cloned().unwrap_or_else(|| "REPLACE_ME".to_owned());
        if values.len() > 1 {
            choice.reason = format!("{}; of {} values of `{name}` one was taken", choice.reason, values.len());
            choice.certainty = choice.certainty.min(Certainty::Likely);
        }
        choice.value.parameters.insert(name, value);
    }
    choice
}

fn chosen_table(mut candidates: Vec<Choice<Candidate>>, asks: bool) -> Option<Choice<Candidate>> {
    if candidates.is_empty() {
        return None;
    }
    let items: Vec<String> = candidates
        .iter()
        .map(|choice| format!("{} ({}: {})", choice.value.table.path().join("."), choice.certainty, choice.reason))
        .collect();
    let place = if asks { select("Which table holds the users?", &items, 0)? } else { 0 };
    (place < candidates.len()).then(|| candidates.swap_remove(place))
}

/// Shows each column that was chosen and lets somebody take another one.
fn confirm(candidate: &Candidate, mapping: &mut Mapping) {
    let questions: [(&str, &mut Option<Choice<String>>, bool); 5] = [
        ("Which column is the primary key?", &mut mapping.id, false),
        ("Which column holds the e-mail address?", &mut mapping.email, true),
        ("Which other column may a person type?", &mut mapping.username, true),
        ("Which column holds the stored hash?", &mut mapping.password, false),
        ("Which column holds its salt?", &mut mapping.salt, true),
    ];
    for (question, choice, may_be_none) in questions {
        let mut items: Vec<String> = candidate.table.columns.iter().map(|column| column.name.clone()).collect();
        if may_be_none {
            items.push("none".to_owned());
        }
        let known = choice.as_ref().and_then(|choice| items.iter().position(|name| *name == choice.value));
        let Some(place) = select(question, &items, known.unwrap_or(items.len().saturating_sub(1))) else { continue };
        let name = items.get(place).filter(|_| place < candidate.table.columns.len()).cloned();
        if name.as_ref() != choice.as_ref().map(|choice| &choice.value) {
            *choice = name.map(|name| Choice::new(name, Certainty::Sure, "you said so"));
        }
    }
}

fn select(question: &str, items: &[String], default: usize) -> Option<usize> {
    Select::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items(items)
        .default(default)
        .interact_opt()
        .ok()?
}

/// A new file that only its owner and group may read.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o640).open(path)?;
    file.write_all(text.as_bytes())
}

/// The identifiers whose every value is in lower case, where a plain unique index is all that there is.
async fn cases(path: &Path, draft: &Draft, database: &Database, runtime: &DatabaseRuntime) -> BTreeMap<String, Case> {
    let mut cases = BTreeMap::new();
    let Found::Table(table, mapping) = &draft.found else { return cases };
    let config = match load::load(path, std::iter::empty(), Needs::check()) {
        Ok(config) => config,
        Err(problems) => {
            terminal::problems(&problems);
            return cases;
        }
    };
    let inspected = store::inspect(database, &config.users, &config.password, "nobody", runtime).await;
    let slow = match inspected {
        Ok(inspection) => inspection.problems,
        Err(error) => {
            if error.kind == StoreErrorKind::Schema {
                terminal::error(&error.message, Some("`drawbridge check` tells more"));
            }
            return cases;
        }
    };
    for column in [&mapping.email, &mapping.username].into_iter().flatten().map(|choice| &choice.value) {
        let is_slow = slow.iter().any(|problem| problem.message.contains(&format!("`{column}`")));
        if is_slow && table.value.unique.contains(column) && all_lower(database, &table.value, column, runtime).await {
            cases.insert(column.clone(), Case::Lower);
        }
    }
    cases
}

async fn all_lower(database: &Database, table: &CatalogueTable, column: &str, runtime: &DatabaseRuntime) -> bool {
    let (database, dialect) = (database.clone(), database.url.dialect());
    let (column, path) = (quote(dialect, column), quote_path(dialect, &table.path()));
    let counted = runtime.run(async move {
        let mut console = Console::open(&database, true).await?;
        let statement = format!("select count(*) from {path} where {column} <> lower({column})");
        console.rows(&statement).await.map_err(crate::store::console::Said::into_error)
    });
    counted.await.is_ok_and(|rows| rows.into_iter().flatten().flatten().next().as_deref() == Some("0"))
}
