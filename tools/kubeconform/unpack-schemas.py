#!/usr/bin/env python3
"""unpack-schemas.py WHEEL VERSION... DIRECTORY: the JSON schemas of these Kubernetes versions (v1.37.0), out of the PyPI
wheel kubernetes-validate, as kubeconform reads them without a network: references are made relative."""

import json
import os
import sys
import zipfile


def relative(node):
    if isinstance(node, list):
        return [relative(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value.replace("/api/_definitions.json#", "_definitions.json#")
        if key == "$ref" and isinstance(value, str)
        else relative(value)
        for key, value in node.items()
        if not (key == "$id" and isinstance(value, str) and "kubernetes.io/api" in value)
    }


wheel, *versions, directory = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for version in versions:
        folder = f"{version}-local-strict"
        target = os.path.join(directory, folder)
        os.makedirs(target)
        names = [name for name in archive.namelist() if f"/{folder}/" in name and name.endswith(".json")]
        if not names:
            sys.exit(f"{wheel} has no schemas of {version}")
        for name in names:
            with open(os.path.join(target, os.path.basename(name)), "w", encoding="utf8") as file:
                json.dump(relative(json.loads(archive.read(name))), file)
