//! An authenticator in software (WebAuthn level 2, ES256), and the browser that asks it.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// One key, made for one site and person.
pub struct SoftPasskey {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user_handle: String,
    /// The site as the browser sees it.
    pub origin: String,
    pub counter: u32,
    /// Whether it asks for a finger or a PIN.
    pub verifies: bool,
}

impl SoftPasskey {
    /// Makes a key as `options` ask, and what the browser's form sends of it.
    pub fn create(origin: &str, options: &Value) -> (Self, String) {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        let id = Sha256::digest(key.public_key().as_ref())[..16].to_vec();
        let user_handle = options["user"]["id"].as_str().unwrap().to_owned();
        let passkey = Self { key, id, user_handle, origin: origin.to_owned(), counter: 0, verifies: true };
        let client_data = passkey.client_data("webauthn.create", options);
        let point = passkey.key.public_key().as_ref();
        let mut data = passkey.authenticator_data(options["rp"]["id"].as_str().unwrap(), ATTESTED);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&passkey.id);
        // A COSE key: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
        data.extend(HEXLOWER.decode(b"a5010203262001215820").unwrap());
        data.extend(&point[1..33]);
        data.extend(HEXLOWER.decode(b"225820").unwrap());
        data.extend(&point[33..65]);
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).unwrap());
        attestation.extend(data);
        let answer = json!({
            "id": encoded(&passkey.id), "rawId": encoded(&passkey.id), "type": "public-key",
            "response": { "attestationObject": encoded(&attestation), "clientDataJSON": encoded(&client_data) },
            "clientExtensionResults": {},
        });
        (passkey, answer.to_string())
    }

    /// Signs what `options` ask, as the browser's form sends it.
    pub fn sign(&mut self, options: &Value) -> String {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", options);
        let data = self.authenticator_data(options["rpId"].as_str().unwrap(), 0);
        let signed = [data.as_slice(), Sha256::digest(&client_data).as_slice()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encoded(&self.id), "rawId": encoded(&self.id), "type": "public-key",
            "response": {
                "authenticatorData": encoded(&data), "clientDataJSON": encoded(&client_data),
                "signature": encoded(signature.as_ref()), "userHandle": self.user_handle,
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    fn authenticator_data(&self, site: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(site).to_vec();
        data.push(flags | USER_PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }
}

fn encoded(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
