//! The gauge of readiness and the counters that begin at zero: what alerts need of the service itself.
use super::world::World;
use drawbridge::http::zeros::OF_ROUTES;

#[tokio::test]
async fn metrics_say_which_check_is_not_well_and_when_it_is_again() {
    let mut world = World::start();
    for check in ["database", "ledger", "keys"] {
        world.wait_for(&format!("drawbridge_ready{{check=\"{check}\"}} 1")).await;
    }
    world.server.stop();
    world.wait_for("drawbridge_ready{check=\"database\"} 0").await;
    assert!(world.metrics().await.contains("drawbridge_ready{check=\"keys\"} 1"));
    world.server.start();
    world.wait_for("drawbridge_ready{check=\"database\"} 1").await;
}

#[tokio::test]
async fn what_alerts_count_stands_at_zero_before_the_first() {
    let world = World::start();
    let metrics = world.metrics().await;
    for route in ["login", "get_user", "mark_migrated"] {
        for problem in OF_ROUTES {
            let (status, code) = (problem.status().as_u16(), problem.code());
            let line =
                format!("drawbridge_http_requests_total{{code=\"{code}\",route=\"{route}\",status=\"{status}\"}} 0");
            assert!(metrics.lines().any(|known| known == line), "{line} is missing");
        }
    }
    for line in [
        "throttled_total{by=\"account\"} 0",
        "throttled_total{by=\"client\"} 0",
        "db_errors_total{kind=\"connection\"} 0",
        "jwks_refreshes_total{result=\"failed\"} 0",
        "marked_migrated_total 0",
    ] {
        assert!(metrics.lines().any(|known| known == format!("drawbridge_{line}")), "{line} is missing");
    }
}
