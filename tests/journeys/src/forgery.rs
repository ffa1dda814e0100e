//! Tokens as somebody would make them who knows the standards and, for the control, the suite's own key.
//!
//! Everything is put together by hand: a library for tokens would refuse to make most of what is needed here.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

/// What stands before the 32 bytes of an Ed25519 public key in DER (RFC 8410 section 4).
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Order of the group of Ed25519, 2^252 + 27742317777372353535851937790883648493, little endian (RFC 8032 section
/// 5.1).
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A key pair that signs tokens.
#[derive(Debug)]
pub struct TokenKey {
    pair: Ed25519KeyPair,
    /// Name of the key in headers: its thumbprint (RFC 7638), as the suite names its own.
    pub kid: String,
}

impl TokenKey {
    /// The pair in base64 of PKCS#8, as the suite stores it.
    ///
    /// # Panics
    ///
    /// If it is none.
    #[must_use]
    pub fn stored(pkcs8: &str) -> Self {
        let bytes = STANDARD.decode(pkcs8).expect("base64");
        Self::of(Ed25519KeyPair::from_pkcs8(&bytes).expect("a key pair"))
    }

    /// A pair that nobody published.
    ///
    /// # Panics
    ///
    /// Never: every seed makes a pair.
    #[must_use]
    pub fn foreign() -> Self {
        Self::of(Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a key pair"))
    }

    fn of(pair: Ed25519KeyPair) -> Self {
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        let kid = URL_SAFE_NO_PAD.encode(thumbprint);
        Self { pair, kid }
    }

    /// The 32 bytes of the public key.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    /// The public key as one writes it into a header.
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(self.public()),
        })
    }

    /// The public key as `openssl pkey -pubout` writes it.
    #[must_use]
    pub fn pem(&self) -> String {
        let der = [SPKI_PREFIX.as_slice(), &self.public()].concat();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der)
        )
    }

    /// A token with this header and these claims and a good signature over both.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_message(&format!("{}.{}", encoded(header), encoded(claims)))
    }

    /// `message`, a dot, and a good signature over it.
    #[must_use]
    pub fn sign_message(&self, message: &str) -> String {
        let signature = self.pair.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    /// Whether `token` ends with this key's signature.
    #[must_use]
    pub fn signed(&self, token: &str) -> bool {
        let parts = token
            .rsplit_once('.')
            .and_then(|(message, it)| Some((message, URL_SAFE_NO_PAD.decode(it).ok()?)));
        parts.is_some_and(|(message, signature)| {
            UnparsedPublicKey::new(&ED25519, self.public())
                .verify(message.as_bytes(), &signature)
                .is_ok()
        })
    }
}

/// A part of a token.
#[must_use]
pub fn encoded(json: &Value) -> String {
    encoded_text(&json.to_string())
}

/// A part of a token from a text that need not be JSON.
#[must_use]
pub fn encoded_text(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// What part `index` of `token` says.
///
/// # Panics
///
/// If there is no such part, or it is not JSON.
#[must_use]
pub fn decoded(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a part");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// A token signed with HMAC (RFC 7518 section 3.2) under `secret`, its header saying so.
///
/// # Panics
///
/// If the header asks for neither `HS256` nor `HS512`.
#[must_use]
pub fn hmac_signed(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = match header["alg"].as_str() {
        Some("HS256") => {
            let mac = Hmac::<Sha256>::new_from_slice(secret).expect("a secret of any length");
            mac.chain_update(&message).finalize().into_bytes().to_vec()
        }
        Some("HS512") => {
            let mac = Hmac::<Sha512>::new_from_slice(secret).expect("a secret of any length");
            mac.chain_update(&message).finalize().into_bytes().to_vec()
        }
        other => panic!("{other:?} is no HMAC"),
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// `token` with what its header says replaced and its signature kept.
///
/// # Panics
///
/// If it has no parts.
#[must_use]
pub fn reheaded(token: &str, header: &Value) -> String {
    let (_, rest) = token.split_once('.').expect("parts");
    format!("{}.{rest}", encoded(header))
}

/// `token` with the same signature in the form that a lax verifier also takes: S grown by the group's order (RFC 8032
/// section 5.1.7 wants it refused).
///
/// # Panics
///
/// If its signature is none.
#[must_use]
pub fn with_malleable_signature(token: &str) -> String {
    let (message, signature) = token.rsplit_once('.').expect("parts");
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let mut carry = 0_u16;
    for (byte, add) in bytes[32..].iter_mut().zip(GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// `token` with a bit set that its text has and its signature has not: the last character of 64 bytes in base64url
/// carries two bits only.
///
/// # Panics
///
/// If it is empty.
#[must_use]
pub fn with_unused_bits(token: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = token.to_owned();
    let last = text.pop().expect("a character");
    let place = ALPHABET
        .iter()
        .position(|it| char::from(*it) == last)
        .expect("base64url");
    text.push(char::from(ALPHABET[place ^ 1]));
    text
}
