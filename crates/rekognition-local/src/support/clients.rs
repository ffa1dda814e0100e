//! How to reach the endpoint from any language: the part of the page for users.

/// The part, in Markdown.
pub(super) const SECTION: &str = r#"## From any language

Start it; the folder of `--data` (`.visavis-rekognition` if not given) keeps collections from one start to the next:

```sh
cargo run --release -p rekognition-local -- --data ~/faces      # http://127.0.0.1:4567
export AWS_ENDPOINT_URL_REKOGNITION=http://127.0.0.1:4567 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=eu-west-1
```

Every SDK of AWS from 2024 on reads these variables, so that a program need not be changed. With `cargo xtask up`, the same
operations are on the common port, http://127.0.0.1:4566. Where an address is wanted in the program:

```sh
aws rekognition create-collection --collection-id people --endpoint-url http://127.0.0.1:4567
aws rekognition index-faces --collection-id people --external-image-id ada --image-bytes fileb://ada.jpg
aws rekognition search-faces-by-image --collection-id people --image-bytes fileb://visitor.jpg
```

```python
import boto3
rekognition = boto3.client("rekognition", endpoint_url="http://127.0.0.1:4567", region_name="eu-west-1")
found = rekognition.search_faces_by_image(CollectionId="people", Image={"Bytes": open("visitor.jpg", "rb").read()})
for match in found["FaceMatches"]:
    print(match["Face"]["ExternalImageId"], match["Similarity"])
```

```js
import { RekognitionClient, CompareFacesCommand } from "@aws-sdk/client-rekognition";
const rekognition = new RekognitionClient({ endpoint: "http://127.0.0.1:4567", region: "eu-west-1" });
const { FaceMatches } = await rekognition.send(
  new CompareFacesCommand({ SourceImage: { Bytes: passport }, TargetImage: { Bytes: visitor }, SimilarityThreshold: 90 }));
```

```go
client := rekognition.NewFromConfig(cfg, func(o *rekognition.Options) { o.BaseEndpoint = aws.String("http://127.0.0.1:4567") })
found, err := client.SearchFacesByImage(ctx, &rekognition.SearchFacesByImageInput{
	CollectionId: aws.String("people"), Image: &types.Image{Bytes: visitor}})
```

```java
var rekognition = RekognitionClient.builder()
    .endpointOverride(URI.create("http://127.0.0.1:4567")).region(Region.EU_WEST_1).build();
var found = rekognition.searchFacesByImage(it -> it.collectionId("people")
    .image(Image.builder().bytes(SdkBytes.fromByteArray(visitor)).build()));
```
"#;
