"""Writes the two files; see README.md."""
import io
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image


def picture(i):
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (10 * i, 200, 50)).save(out, "PNG")
    return {"bytes": out.getvalue(), "path": f"{i}.png"}


image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
features = {"image": {"_type": "Image"}, "label": {"names": ["ant", "bee", "fly"], "_type": "ClassLabel"}}
schema = pa.schema(
    [("image", image), ("label", pa.int64())],
    metadata={"huggingface": json.dumps({"info": {"features": features}})},
)
table = pa.table({"image": [picture(i) for i in range(12)], "label": [i % 3 for i in range(12)]}, schema=schema)
pq.write_table(table, sys.argv[1] + "/pictures.parquet", compression="snappy", row_group_size=5)

texts = pa.table(
    {
        "img": pa.array([None if i == 2 else picture(i)["bytes"] for i in range(6)], pa.binary()),
        "label": pa.array(["left" if i < 4 else "right" for i in range(6)]),
    }
)
pq.write_table(
    texts, sys.argv[1] + "/pages2.parquet", compression="gzip", data_page_version="2.0", use_dictionary=["label"]
)
