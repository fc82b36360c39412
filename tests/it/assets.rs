//! What the build and the server say of the browser's files is the same.

use leptos::config::{LeptosOptions, get_config_from_str};

fn options(file: &str) -> LeptosOptions {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    // Leptos reads to the end of the text, so the table must be the last.
    get_config_from_str(&text).unwrap()
}

#[test]
fn build_and_server_agree_on_the_names_of_files() {
    let (build, server) = (options("Cargo.toml"), options("Leptos.toml"));
    assert_eq!(build.output_name, server.output_name);
    assert_eq!(build.site_pkg_dir, server.site_pkg_dir);
    assert_eq!(build.hash_files, server.hash_files);
    assert_eq!(build.hash_file, server.hash_file);
}

#[tokio::test]
async fn every_file_of_public_is_served() {
    let public = concat!(env!("CARGO_MANIFEST_DIR"), "/public");
    let app = crate::app::TestApp::with(
        std::sync::Arc::new(creatorcrm::clock::SystemClock),
        &["--site-root".to_owned(), public.to_owned()],
    )
    .await;
    for entry in std::fs::read_dir(public).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        // Licences lie beside what they are about; folders have their own route.
        if entry.file_type().unwrap().is_dir() || name.contains("LICENSE") {
            continue;
        }
        assert_eq!(app.browser().open(&format!("/{name}")).await.status, 200, "{name}");
    }
}
