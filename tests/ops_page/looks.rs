//! What the eye and the ear meet: widths, colours, motion, the keyboard, and the rules of axe-core.
use super::{
    World,
    browser::{self, Browser},
    is_quiet,
};
use serde_json::{Value, json};

/// A status of a bad night, and a day before it: more than a fresh bridge has to show.
pub fn bad_night() -> (Value, Value) {
    let now = 1_800_000_000_u64;
    let status = json!({
        "now": now, "since": now - 259_200, "version": "0.1.0", "host": "bridge-7c9f", "process": 4711, "mode": "import",
        "verdict": {"level": "trouble", "worries": [{"what": "The legacy database does not answer", "hint": "Is it up? `drawbridge check` says."}]},
        "health": [
            {"name": "database", "state": "bad", "word": "does not answer", "at": null, "hint": "Is it up?"},
            {"name": "redis", "state": "warn", "word": "local only", "at": null, "hint": "Is it up?"},
            {"name": "certificate", "state": "ok", "word": "ends", "at": now + 7_776_000, "hint": null},
            {"name": "confinement", "state": "off", "word": "off", "at": null, "hint": null},
        ],
        "migration": {"total": 1_000_000, "migrated": 614_203, "remaining": 385_797, "by_login": 402_203, "in_bulk": 212_000,
                      "last_day": 5_120, "last_week": 41_377, "projected_end": now + 5_600_000, "counted_at": now - 120},
        "logins": {"outcomes": {"ok": 48_213, "wrong_password": 3_120, "too_many_attempts": 2}, "schemes": {"django_pbkdf2_sha256": 9, "bcrypt_2y": 4}},
        "marked": 5_017, "turned_away": 14, "window": 900, "deadline": 5.0,
        "latency": [{"route": "login", "count": 12_612, "p50": 0.0841, "p95": 1.43, "p99": 5.0},
                    {"route": "get_user", "count": 201, "p50": 0.0021, "p95": 0.0046, "p99": null}],
        "queue": {"waiting": 240, "places": 256, "threads": 8, "memory": 943_718_400, "memory_limit": 1_073_741_824, "wait_p95": 2.1},
        "pool": {"busy": 2, "idle": 6, "size": 16, "wait_p95": null},
        "problems": [{"level": "error", "message": "the new certificate is not used; the old one stays", "detail": "`server.tls.key` is wrong",
                      "count": 1_234, "first": now - 9_000, "last": now - 30, "hint": "Put a pair that fits into `server.tls`."}],
    });
    let minutes = 1440_u64;
    let column = |of: &dyn Fn(u64) -> u64| (0..minutes).map(of).collect::<Vec<u64>>();
    let history = json!({
        "since": now - 259_200, "from": (now / 60 - minutes + 1) * 60, "step": 60,
        "accepted": column(&|at| 20 + at % 17), "refused": column(&|at| at % 3), "failed": column(&|at| u64::from(at / 7 == 100) * 9),
        "outages": column(&|_| 0), "turned_away": column(&|_| 0), "looked_up": column(&|at| at % 5), "marked": column(&|at| at % 2),
        "login_p95": column(&|at| 90_000 + at % 1000), "waiting": column(&|_| 0),
        "state": column(&|at| if at < 60 { 0 } else if at / 7 == 100 { 2 } else { 1 }),
    });
    (status, history)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fits_a_phone_and_every_text_can_be_read() {
    let world = World::start();
    let mut browser = Browser::start();
    let (status, history) = bad_night();
    let contrast = include_str!("contrast.js");
    for fake in [false, true] {
        if fake {
            browser.call("fake", json!({"answers": {"/status": status, "/status/history": history}}));
        }
        for (width, scheme) in [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")] {
            browser.open(&world.page(), json!({"width": width, "scheme": scheme}));
            browser.wait_for("live-text", "live");
            browser.evaluate("document.querySelector('details').open = true");
            let widest = browser.evaluate("document.documentElement.scrollWidth");
            assert_eq!(widest, json!(width), "{scheme}: no scrolling to the side");
            let paper = browser.evaluate("getComputedStyle(document.body).backgroundColor");
            assert_eq!(paper == json!("rgb(17, 22, 27)"), scheme == "dark", "{paper}");
            let found = browser.evaluate(contrast);
            assert_eq!(found["poor"], json!([]), "{scheme} {width}");
            assert!(found["seen"].as_u64() > Some(60), "it looked at the texts: {found}");
            is_quiet(&mut browser, &world.page());
            browser.evaluate(browser::axe());
            let broken = browser.evaluate(
                "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => \
                 violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`))",
            );
            assert_eq!(broken, json!([]), "{scheme} {width}");
            if let Some(folder) = std::env::var_os("DRAWBRIDGE_SHOTS") {
                let name = format!("{}-{scheme}-{width}.png", if fake { "night" } else { "fresh" });
                browser.call("shot", json!({"path": std::path::Path::new(&folder).join(name)}));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_too_pale_would_be_found() {
    let world = World::start();
    let mut browser = Browser::start();
    browser.open(&world.page(), json!({}));
    browser.wait_for("live-text", "live");
    // 4.48 : 1 on white by WebAIM's checker; the next darker grey has 4.54.
    for (grey, found) in [("#777777", true), ("#767676", false)] {
        browser.evaluate(&format!("document.getElementById('verdict-line').style.color = '{grey}'"));
        let poor = browser.evaluate(include_str!("contrast.js"))["poor"].as_array().expect("a list").len();
        assert_eq!(poor > 0, found, "{grey}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_times_are_those_that_people_read() {
    let world = World::start();
    let mut browser = Browser::start();
    let (status, history) = bad_night();
    browser.call("fake", json!({"answers": {"/status": status, "/status/history": history}}));
    browser.open(&world.page(), json!({"timezone": "Asia/Tokyo"}));
    browser.wait_for("live-text", "live");
    // 1,800,000,000 + 5,600,000 is 2027-03-21T03:33:20Z (`date -u -d @1805600000`); Tokyo is nine hours ahead.
    insta::assert_snapshot!("migration", browser.text("migration"));
    assert_eq!(
        browser.evaluate("document.querySelector('#migration-figures time').title"),
        json!("2027-03-21 03:33:20 UTC")
    );
    // What the chart shows can be read without it. The sums of `bad_night` by quarters of an hour, first largest.
    assert_eq!(
        browser.text("chart-text").lines().next(),
        Some(
            "Each bar is 15 minutes of this process, which listens since 12 Jan, 17:00. Most between 14 Jan, 18:45 and 19:00: 450."
        )
    );
    assert_eq!(browser.evaluate("document.querySelectorAll('#hours tbody tr').length"), json!(24));
    insta::assert_snapshot!("night", browser.text("night-text"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_and_still_pictures_are_enough() {
    let world = World::start();
    let mut browser = Browser::start();
    browser.open(&world.page(), json!({"motion": "reduce"}));
    browser.wait_for("live-text", "live");
    assert_eq!(browser.evaluate("getComputedStyle(document.querySelector('.leaf')).transitionDuration"), json!("0s"));
    browser.call("key", json!({"key": "Tab"}));
    assert_eq!(browser.evaluate("document.activeElement.textContent"), json!("Skip to the content"));
    let mut reached = Vec::new();
    for _ in 0..12 {
        browser.call("key", json!({"key": "Tab"}));
        reached.push(browser.evaluate("document.activeElement.tagName").as_str().unwrap_or_default().to_owned());
    }
    assert!(reached.contains(&"SUMMARY".to_owned()) && reached.contains(&"A".to_owned()), "{reached:?}");
}
