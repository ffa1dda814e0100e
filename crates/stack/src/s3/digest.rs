//! Digests of a body: what the sender says it is, and what it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use s3s::{
    S3Result,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256},
    dto::{Checksum, ChecksumType, PutObjectInput},
    s3_error,
};
use serde::{Deserialize, Serialize};

/// A checksum algorithm of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// The algorithm S3 uses when the sender names none.
    ///
    /// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>.
    pub(super) const DEFAULT: Self = Self::Crc64Nvme;

    fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// The algorithm's name in requests and listings, e.g. `SHA256`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    fn bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// What a request says of its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Declared {
    md5: Option<String>,
    algorithm: Option<Algorithm>,
    value: Option<String>,
}

/// The digests of a whole body, in the forms S3 gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    /// The entity tag: MD5 in hexadecimal.
    pub(super) md5_hex: String,
    md5_base64: String,
    /// Base64 of the checksum that was asked for.
    pub(super) checksum: (Algorithm, String),
}

/// Digests in the making.
pub(super) struct Digests {
    md5: Md5,
    algorithm: Algorithm,
    hasher: ChecksumHasher,
}

impl Default for Digests {
    fn default() -> Self {
        Self::new(Algorithm::DEFAULT)
    }
}

impl Digests {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        let mut hasher = ChecksumHasher::default();
        match algorithm {
            Algorithm::Crc32 => hasher.crc32 = Some(Crc32::new()),
            Algorithm::Crc32c => hasher.crc32c = Some(Crc32c::new()),
            Algorithm::Crc64Nvme => hasher.crc64nvme = Some(Crc64Nvme::new()),
            Algorithm::Sha1 => hasher.sha1 = Some(Sha1::new()),
            Algorithm::Sha256 => hasher.sha256 = Some(Sha256::new()),
        }
        Self {
            md5: Md5::new(),
            algorithm,
            hasher,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.hasher.update(bytes);
    }

    pub(super) fn finish(self) -> Sums {
        let md5 = self.md5.finalize();
        let sum = self.hasher.finalize();
        let value = [
            sum.checksum_crc32,
            sum.checksum_crc32c,
            sum.checksum_crc64nvme,
            sum.checksum_sha1,
            sum.checksum_sha256,
        ]
        .into_iter()
        .flatten()
        .next()
        .unwrap_or_default();
        let md5: &[u8] = md5.as_ref();
        Sums {
            md5_hex: hex::encode(md5),
            md5_base64: STANDARD.encode(md5),
            checksum: (self.algorithm, value),
        }
    }
}

impl Declared {
    /// What the headers say, and which checksum is still to come in the trailer.
    ///
    /// # Errors
    ///
    /// `InvalidDigest` and `InvalidRequest` for digests that are none, and for more than one checksum.
    pub(super) fn of(input: &PutObjectInput, headers: &HeaderMap) -> S3Result<Self> {
        let md5 = input.content_md5.clone();
        if md5
            .as_ref()
            .is_some_and(|it| STANDARD.decode(it).map(|it| it.len()).ok() != Some(16))
        {
            return Err(s3_error!(
                InvalidDigest,
                "The Content-MD5 you specified was invalid."
            ));
        }
        let in_headers = [
            (Algorithm::Crc32, &input.checksum_crc32),
            (Algorithm::Crc32c, &input.checksum_crc32c),
            (Algorithm::Crc64Nvme, &input.checksum_crc64nvme),
            (Algorithm::Sha1, &input.checksum_sha1),
            (Algorithm::Sha256, &input.checksum_sha256),
        ];
        let mut sent = in_headers
            .into_iter()
            .filter_map(|(algorithm, it)| Some((algorithm, it.clone()?)));
        let in_header = sent.next();
        let in_trailer =
            trailer_names(headers).find_map(|name| Algorithm::ALL.into_iter().find(|it| it.header() == name));
        if sent.next().is_some() || (in_header.is_some() && in_trailer.is_some()) {
            return Err(s3_error!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            ));
        }
        let (algorithm, value) = match in_header {
            Some((algorithm, value)) => (Some(algorithm), Some(value)),
            None => (in_trailer, None),
        };
        let declared = Self {
            md5,
            algorithm,
            value,
        };
        declared.check_form()?;
        Ok(declared)
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm.unwrap_or(Algorithm::DEFAULT)
    }

    /// Takes the checksum that a trailer was announced to bring.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` if it did not.
    pub(super) fn complete(&mut self, trailer: Option<&HeaderMap>) -> S3Result<()> {
        if let (Some(algorithm), None) = (self.algorithm, &self.value) {
            let value = trailer
                .and_then(|it| it.get(algorithm.header()))
                .and_then(|it| it.to_str().ok());
            let missing = || {
                s3_error!(
                    InvalidRequest,
                    "The trailer {} was announced and did not come.",
                    algorithm.header()
                )
            };
            self.value = Some(value.ok_or_else(missing)?.trim().to_owned());
            self.check_form()?;
        }
        Ok(())
    }

    /// # Errors
    ///
    /// `BadDigest` if the body is not what it was said to be.
    pub(super) fn verify(&self, sums: &Sums) -> S3Result<()> {
        if self.md5.as_ref().is_some_and(|it| *it != sums.md5_base64) {
            return Err(s3_error!(
                BadDigest,
                "The Content-MD5 you specified did not match what we received."
            ));
        }
        let (algorithm, calculated) = &sums.checksum;
        match (&self.value, self.algorithm) {
            (Some(_), Some(declared)) if declared != *algorithm => Err(s3_error!(InternalError)),
            (Some(value), _) if value != calculated => Err(s3_error!(
                BadDigest,
                "The {} you specified did not match the calculated checksum.",
                algorithm.name()
            )),
            _ => Ok(()),
        }
    }

    fn check_form(&self) -> S3Result<()> {
        let (Some(algorithm), Some(value)) = (self.algorithm, &self.value) else {
            return Ok(());
        };
        if STANDARD.decode(value).map(|it| it.len()).ok() == Some(algorithm.bytes()) {
            return Ok(());
        }
        Err(s3_error!(
            InvalidRequest,
            "Value for {} header is invalid.",
            algorithm.header()
        ))
    }
}

fn trailer_names(headers: &HeaderMap) -> impl Iterator<Item = String> + '_ {
    let values = headers
        .get_all("x-amz-trailer")
        .iter()
        .filter_map(|it| it.to_str().ok());
    values
        .flat_map(|it| it.split(','))
        .map(|it| it.trim().to_ascii_lowercase())
}

/// The members of S3's answers that carry a checksum.
pub(super) fn answer(checksum: &(Algorithm, String)) -> Checksum {
    let (algorithm, value) = checksum;
    let mut answer = Checksum {
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        ..Checksum::default()
    };
    let member = match algorithm {
        Algorithm::Crc32 => &mut answer.checksum_crc32,
        Algorithm::Crc32c => &mut answer.checksum_crc32c,
        Algorithm::Crc64Nvme => &mut answer.checksum_crc64nvme,
        Algorithm::Sha1 => &mut answer.checksum_sha1,
        Algorithm::Sha256 => &mut answer.checksum_sha256,
    };
    *member = Some(value.clone());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(algorithm: Algorithm, body: &[u8]) -> Sums {
        let mut digests = Digests::new(algorithm);
        digests.update(body);
        digests.finish()
    }

    /// Check values of the CRC catalogue for `123456789`, and of FIPS 180-4 and RFC 1321 for `abc`.
    #[test]
    fn digests_are_the_published_ones() {
        assert_eq!(
            sums(Algorithm::Crc32, b"123456789").checksum.1,
            STANDARD.encode(0xcbf4_3926_u32.to_be_bytes())
        );
        assert_eq!(
            sums(Algorithm::Crc32c, b"123456789").checksum.1,
            STANDARD.encode(0xe306_9283_u32.to_be_bytes())
        );
        assert_eq!(
            sums(Algorithm::Crc64Nvme, b"123456789").checksum.1,
            STANDARD.encode(0xae8b_1486_0a79_9888_u64.to_be_bytes())
        );
        assert_eq!(
            sums(Algorithm::Sha1, b"abc").checksum.1,
            "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
        );
        assert_eq!(
            sums(Algorithm::Sha256, b"abc").checksum.1,
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        );
        assert_eq!(
            sums(Algorithm::DEFAULT, b"abc").md5_hex,
            "900150983cd24fb0d6963f7d28e17f72"
        );
    }

    #[test]
    fn a_body_must_be_what_it_was_said_to_be() {
        let declared = Declared {
            md5: Some("kAFQmDzST7DWlj99KOF/cg==".into()),
            ..Declared::default()
        };
        assert!(declared.verify(&sums(Algorithm::DEFAULT, b"abc")).is_ok());
        assert!(declared.verify(&sums(Algorithm::DEFAULT, b"abd")).is_err());
    }

    #[test]
    fn a_promised_trailer_must_come() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-trailer", "x-amz-checksum-crc32".parse().expect("a value"));
        let input = PutObjectInput {
            bucket: "b".into(),
            key: "k".into(),
            ..PutObjectInput::default()
        };
        let mut declared = Declared::of(&input, &headers).expect("announced");
        assert_eq!(declared.algorithm(), Algorithm::Crc32);
        assert!(declared.clone().complete(None).is_err());
        let mut trailer = HeaderMap::new();
        trailer.insert("x-amz-checksum-crc32", "y/Q5Jg==".parse().expect("a value"));
        declared.complete(Some(&trailer)).expect("it came");
        assert!(declared.verify(&sums(Algorithm::Crc32, b"123456789")).is_ok());
        assert!(declared.verify(&sums(Algorithm::Crc32, b"12345678")).is_err());
    }
}
