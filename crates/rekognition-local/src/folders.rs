//! Buckets as folders, for the endpoint by itself.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use aws_wire::Caller;
use futures::{FutureExt, future::BoxFuture};

use crate::{MAX_OBJECT_BYTES, ObjectError, Objects};

/// No S3 at all: every object is refused with advice.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObjects;

impl Objects for NoObjects {
    fn get<'a>(
        &'a self,
        _caller: &'a Caller,
        _bucket: &'a str,
        _key: &'a str,
        _version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<u8>, ObjectError>> {
        let advice = "This endpoint has no S3 to read from. Send the image in Image.Bytes, or start it with --s3-root DIR, where \
                      each folder of DIR is a bucket.";
        async move { Err(ObjectError::NotConfigured { advice }) }.boxed()
    }
}

/// A folder whose sub-folders are buckets and whose files are objects.
///
/// Nothing outside the folder is ever read, whatever the key or a symbolic link says. Whoever may call may read everything
/// in it.
#[derive(Clone, Debug)]
pub struct Folders {
    root: PathBuf,
}

impl Folders {
    /// Buckets below `root`.
    ///
    /// # Errors
    ///
    /// If `root` is not a folder that can be read.
    pub fn new(root: &Path) -> io::Result<Self> {
        let root = root.canonicalize()?;
        fs::read_dir(&root)?;
        Ok(Self { root })
    }

    fn read(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Vec<u8>, ObjectError> {
        if version.is_some() {
            return Err(ObjectError::Missing);
        }
        let bucket = self.root.join(plain(bucket)?);
        let bucket = bucket.canonicalize().map_err(of_io)?;
        let path = bucket.join(plain(key)?).canonicalize().map_err(of_io)?;
        if !bucket.starts_with(&self.root) || !path.starts_with(&bucket) {
            return Err(ObjectError::Denied);
        }
        if !fs::metadata(&path).map_err(of_io)?.is_file() {
            return Err(ObjectError::Missing);
        }
        let mut bytes = Vec::new();
        let limit = MAX_OBJECT_BYTES as u64 + 1;
        File::open(&path)
            .and_then(|it| it.take(limit).read_to_end(&mut bytes))
            .map_err(of_io)?;
        if MAX_OBJECT_BYTES < bytes.len() {
            return Err(ObjectError::TooLarge);
        }
        Ok(bytes)
    }
}

impl Objects for Folders {
    fn get<'a>(
        &'a self,
        _caller: &'a Caller,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<u8>, ObjectError>> {
        let (this, bucket, key) = (self.clone(), bucket.to_owned(), key.to_owned());
        let version = version.map(str::to_owned);
        async move {
            tokio::task::spawn_blocking(move || this.read(&bucket, &key, version.as_deref()))
                .await
                .unwrap_or_else(|panicked| Err(ObjectError::Fault(Box::new(panicked))))
        }
        .boxed()
    }
}

/// A relative path of ordinary names; anything else is the key of no file.
fn plain(name: &str) -> Result<&Path, ObjectError> {
    let path = Path::new(name);
    let ordinary =
        !name.contains(['\0', '\\']) && path.components().all(|it| matches!(it, Component::Normal(_)));
    if ordinary && !name.is_empty() {
        Ok(path)
    } else {
        Err(ObjectError::Missing)
    }
}

fn of_io(error: io::Error) -> ObjectError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
            ObjectError::Missing
        }
        io::ErrorKind::PermissionDenied => ObjectError::Denied,
        _ => ObjectError::Fault(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(dir.path().join("root/photos/2026")).expect("folders");
        fs::write(dir.path().join("root/photos/2026/a b.jpg"), b"picture").expect("a file");
        fs::write(dir.path().join("outside.txt"), b"secret").expect("a file");
        fs::write(dir.path().join("root/loose.txt"), b"in no bucket").expect("a file");
        dir
    }

    #[test]
    fn files_of_a_folder_are_objects_of_a_bucket() {
        let dir = root();
        let folders = Folders::new(&dir.path().join("root")).expect("a folder");
        assert_eq!(
            folders.read("photos", "2026/a b.jpg", None).expect("an object"),
            b"picture"
        );
        for (bucket, key) in [
            ("photos", "none"),
            ("photos", "2026"),
            ("nobody", "x"),
            ("photos", "2026/a b.jpg/x"),
        ] {
            assert!(
                matches!(folders.read(bucket, key, None), Err(ObjectError::Missing)),
                "{bucket}/{key}"
            );
        }
        assert!(
            matches!(
                folders.read("photos", "2026/a b.jpg", Some("1")),
                Err(ObjectError::Missing)
            ),
            "no versions"
        );
    }

    #[test]
    fn no_key_leads_out_of_its_bucket() {
        let dir = root();
        let folders = Folders::new(&dir.path().join("root")).expect("a folder");
        let absolute = dir.path().join("outside.txt");
        let absolute = absolute.to_str().expect("UTF-8");
        for (bucket, key) in [
            ("photos", "../loose.txt"),
            ("photos", "../../outside.txt"),
            ("photos", "2026/../../../outside.txt"),
            ("photos", absolute),
            ("..", "outside.txt"),
            ("...", "outside.txt"),
            (".", "loose.txt"),
            ("photos", "2026/..\\x"),
            ("photos", "a\0b"),
        ] {
            assert!(
                matches!(folders.read(bucket, key, None), Err(ObjectError::Missing)),
                "{bucket}/{key}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_out_of_the_bucket_is_denied() {
        let dir = root();
        let folders = Folders::new(&dir.path().join("root")).expect("a folder");
        std::os::unix::fs::symlink(
            dir.path().join("outside.txt"),
            dir.path().join("root/photos/link"),
        )
        .expect("a link");
        assert!(matches!(
            folders.read("photos", "link", None),
            Err(ObjectError::Denied)
        ));
    }

    #[test]
    fn a_file_over_the_limit_is_too_large() {
        let dir = root();
        let folders = Folders::new(&dir.path().join("root")).expect("a folder");
        let file = File::create(dir.path().join("root/photos/big")).expect("a file");
        file.set_len(MAX_OBJECT_BYTES as u64).expect("a size");
        assert_eq!(
            folders
                .read("photos", "big", None)
                .expect("just small enough")
                .len(),
            MAX_OBJECT_BYTES
        );
        file.set_len(MAX_OBJECT_BYTES as u64 + 1).expect("a size");
        assert!(matches!(
            folders.read("photos", "big", None),
            Err(ObjectError::TooLarge)
        ));
    }
}
