"""Writes tiny batches of CIFAR-10 in its Python form, by pickle and numpy.

python2.pickle has the opcodes of the published files, which Python 2 wrote: its strings are bytes.
python3.pickle is the same dict as Python 3 writes it in protocol 2.
"""
import os
import pickle
import sys

import numpy

COUNT = 3
DATA = numpy.array([[(100 * (i // 1024) + i % 1024 + picture) % 256 for i in range(3072)]
                    for picture in range(COUNT)], dtype=numpy.uint8)
LABELS = [6, 9, 0]
NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()


class Raw(bytes):
    """Bytes that are written as Python 2 wrote a string."""


class Python2(pickle._Pickler):
    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        if len(value) < 256:
            self.write(b"U" + bytes([len(value)]) + bytes(value))
        else:
            self.write(b"T" + len(value).to_bytes(4, "little") + bytes(value))
        self.memoize(value)

    dispatch[bytes] = save_string

    def save_text(self, value):
        self.save_string(value.encode())

    dispatch[str] = save_text

    def save_global(self, obj, name=None):
        module = {"numpy._core.multiarray": "numpy.core.multiarray"}.get(obj.__module__, obj.__module__)
        self.write(("c%s\n%s\n" % (module, name or obj.__name__)).encode())
        self.memoize(obj)


def python2(value, path):
    with open(path, "wb") as file:
        pickler = Python2(file, 2)
        pickler.dispatch = Python2.dispatch
        save_global = Python2.save_global
        pickler.save_global = lambda obj, name=None: save_global(pickler, obj, name)
        for kind in (type, type(len), type(lambda: 0)):
            pickler.dispatch[kind] = Python2.save_global
        pickler.dump(value)


def batch(text):
    return {text("batch_label"): text("training batch 1 of 5"), text("labels"): LABELS, text("data"): DATA,
            text("filenames"): [text("picture_%d.png" % i) for i in range(COUNT)]}


folder = sys.argv[1]
python2(batch(str.encode), os.path.join(folder, "python2.pickle"))
python2({b"num_cases_per_batch": COUNT, b"label_names": [name.encode() for name in NAMES], b"num_vis": 3072},
        os.path.join(folder, "batches.meta"))
with open(os.path.join(folder, "python3.pickle"), "wb") as file:
    pickle.dump(batch(str.encode), file, 2)
