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
