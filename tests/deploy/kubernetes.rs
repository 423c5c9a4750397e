//! The manifests for Kubernetes: the profile `restricted`, probes on the ops listener, and names that agree.
//!
//! The rules of the profile are those of <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.
use crate::{configuration, drawbridge, path, text, yaml};
use serde_json::{Value, json};

const DIRECTORY: &str = "deploy/kubernetes";

fn documents() -> Vec<Value> {
    let kustomization = yaml(&format!("{DIRECTORY}/kustomization.yaml")).remove(0);
    let files = kustomization["resources"].as_array().expect("resources").clone();
    files.iter().flat_map(|file| yaml(&format!("{DIRECTORY}/{}", file.as_str().expect("a file")))).collect()
}

fn only(kind: &str) -> Value {
    let mut found: Vec<Value> = documents().into_iter().filter(|document| document["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found.remove(0)
}

#[test]
fn the_pods_keep_the_restricted_profile_and_more() {
    let namespace = only("Namespace");
    assert_eq!(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    let pod = only("Deployment")["spec"]["template"]["spec"].clone();
    let security = &pod["securityContext"];
    assert_eq!(security["runAsNonRoot"], true);
    assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault");
    assert!(security["runAsUser"].as_u64().is_some_and(|user| user > 0));
    assert_eq!(pod["automountServiceAccountToken"], false);
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        assert!(pod.get(key).is_none(), "{key}");
    }
    let container = &pod["containers"][0];
    let confined = json!({
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]},
    });
    assert_eq!(container["securityContext"], confined);
    for volume in pod["volumes"].as_array().expect("volumes") {
        // In decimal, because 0440 is another number in YAML 1.1 than in 1.2.
        let private = volume.get("secret").is_none_or(|secret| secret["defaultMode"] == 0o440);
        assert!(private && volume.get("hostPath").is_none(), "{volume}");
    }
    for mount in container["volumeMounts"].as_array().expect("mounts") {
        assert_eq!(mount["readOnly"], true, "{mount}");
    }
}

#[test]
fn probes_ask_the_ops_listener_and_an_end_leaves_time() {
    let pod = only("Deployment")["spec"]["template"]["spec"].clone();
    let container = &pod["containers"][0];
    for (probe, route) in [("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")] {
        assert_eq!(container[probe]["httpGet"], json!({"path": route, "port": "ops"}), "{probe}");
    }
    // `/readyz` waits two seconds for a dependency: http/ops.rs.
    assert!(container["readinessProbe"]["timeoutSeconds"].as_u64() > Some(2));
    let seconds = |value: &Value| value.as_u64().expect("seconds");
    let (pause, deadline) = (seconds(&container["lifecycle"]["preStop"]["sleep"]["seconds"]), 5);
    assert!(seconds(&pod["terminationGracePeriodSeconds"]) >= pause + deadline + 1 + 5);
}

#[test]
fn names_labels_and_ports_agree() {
    let deployment = only("Deployment");
    let labels = json!({"app.kubernetes.io/name": "drawbridge"});
    let kustomization = yaml(&format!("{DIRECTORY}/kustomization.yaml")).remove(0);
    assert_eq!(kustomization["labels"][0]["pairs"], labels);
    assert_eq!(deployment["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(only("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(only("NetworkPolicy")["spec"]["podSelector"]["matchLabels"], labels);
    assert_eq!(only("Service")["spec"]["selector"], labels);
    let monitor = yaml(&format!("{DIRECTORY}/monitoring/podmonitor.yaml")).remove(0);
    assert_eq!(monitor["spec"]["selector"]["matchLabels"], labels);
    let configuration = text(&format!("{DIRECTORY}/drawbridge.toml"));
    for port in deployment["spec"]["template"]["spec"]["containers"][0]["ports"].as_array().expect("ports") {
        assert!(configuration.contains(&format!("listen = \"0.0.0.0:{}\"", port["containerPort"])), "{port}");
    }
    let scaler = only("HorizontalPodAutoscaler");
    assert_eq!(scaler["spec"]["scaleTargetRef"]["name"], deployment["metadata"]["name"]);
    let metric = scaler["spec"]["metrics"][0]["pods"]["metric"]["name"].as_str().expect("a metric").to_owned();
    assert!(text("src/telemetry/metrics.rs").contains(&format!("\"{metric}\"")), "{metric} is no metric of ours");
}

#[test]
fn the_network_is_open_where_it_must_be_and_nowhere_else() {
    let policy = only("NetworkPolicy")["spec"].clone();
    assert_eq!(policy["policyTypes"], json!(["Ingress", "Egress"]));
    let ports = |direction: &str, side: &str| -> Vec<String> {
        let rules = policy[direction].as_array().expect("rules");
        assert!(rules.iter().all(|rule| rule[side].as_array().is_some_and(|peers| !peers.is_empty())), "{direction}");
        rules
            .iter()
            .flat_map(|rule| rule["ports"].as_array().expect("ports"))
            .map(|port| port["port"].to_string())
            .collect()
    };
    assert_eq!(ports("ingress", "from"), ["\"bridge\"", "\"ops\""]);
    assert_eq!(ports("egress", "to"), ["53", "53", "5432", "443", "6379"]);
}

#[test]
fn the_configuration_of_the_pods_is_right_but_for_its_placeholders() {
    let directory = tempfile::tempdir().expect("a directory");
    let changes = [
        ("/run/secrets/tls/tls.crt", "tls.crt"),
        ("/run/secrets/tls/tls.key", "tls.key"),
        ("/run/secrets/drawbridge/database_password", "password"),
    ];
    let file = configuration(directory.path(), &format!("{DIRECTORY}/drawbridge.toml"), &changes);
    let output = drawbridge(&["sql", "--config", file.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(path(DIRECTORY).join("README.md").exists());
}
