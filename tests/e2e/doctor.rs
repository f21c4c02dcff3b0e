//! What the doctor mended, the real Codex runs on.

use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn a_chat_provider_that_a_person_set_up_as_if_it_spoke_responses() {
    let upstream = Upstream::chat([Turn::text("by default"), Turn::text("by profile"), Turn::text("by run")]);
    let mut sandbox = Sandbox::with_keyring();
    let key = upstream.key();
    sandbox.set_env("LAB_KEY", &key);
    sandbox.write_config(format!(
        "# mine\nmodel_provider = \"lab\"\nmodel = \"m1\"\n\n[model_providers.lab]\nname = \"Lab\"\nbase_url = \"{}\"\n\
         wire_api = \"responses\"\nenv_key = \"LAB_KEY\"\n",
        upstream.base_url()
    ));
    let profile = "model_provider = \"lab\"\nmodel = \"m2\"\n";
    std::fs::write(sandbox.path("codex/other.config.toml"), profile).expect("a profile");
    let exec = ["exec", "--dangerously-bypass-approvals-and-sandbox", "hi"];
    sandbox.codex(&exec).run().exits(1).stderr_has("404");

    let report = sandbox.codexgw(&["doctor", "--fix"]).run();
    report.clone().exits(0).stderr_has("provider-wire: ran `codexgw migrate --speaks lab=chat --yes`").never_says(&key);
    sandbox.codexgw(&["doctor"]).run().ok().stderr_has("nothing is wrong");
    assert!(sandbox.config().unwrap().starts_with("# mine\n"), "{:?}", sandbox.config());

    sandbox.codexgw(&["run", "--"]).args(&exec).run().ok().stdout_has("by default");
    sandbox.exec("other", "hi").run().ok().stdout_has("by profile");
    sandbox.run("other", "hi").run().ok().stdout_has("by run");
    let models: Vec<_> = upstream.turns().iter().map(|turn| turn.json()["model"].clone()).collect();
    assert_eq!(models, ["m1", "m2", "m2"]);
}
