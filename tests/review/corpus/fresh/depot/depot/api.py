"""Planners upload tables and networks, scanners report what moved."""
import base64
import hmac
import io
import logging
import os
import time
from enum import Enum

import dill
import jsonpickle
import msgpack
import numpy as np
import pandas as pd
import torch
import yaml as pyyaml
from flask import Blueprint, Flask, abort, g, jsonify, request
from ruamel.yaml import YAML

from .auth import planner_required, scanner_required
from .cache import Cache, JsonCodec
from .models import load_matrix, load_uploaded
from .store import storage

bp = Blueprint("api", __name__)
log = logging.getLogger(__name__)


class Unit(Enum):
    PIECE = "piece"
    PALLET = "pallet"


@bp.post("/tables")
@planner_required
def tables():
    frame = pd.read_pickle(request.files["table"])
    return jsonify({"rows": len(frame)})


@bp.post("/tables/csv")
@planner_required
def tables_csv():
    frame = pd.read_csv(request.files["table"], dtype=str)
    return jsonify({"rows": len(frame)})


@bp.post("/matrix")
@planner_required
def matrix():
    raw = io.BytesIO(request.get_data())
    safe = request.args.get("kind") != "objects"
    data = load_matrix(raw) if safe else np.load(raw, allow_pickle=True)
    return jsonify({"shape": data.shape})


@bp.post("/network")
@planner_required
def network():
    upload = request.files["network"]
    state = torch.load(upload.stream, map_location="cpu", weights_only=False)
    return jsonify({"layers": sorted(state)})


@bp.post("/models/<name>")
@planner_required
def models(name):
    model = load_uploaded(storage, name)
    return jsonify({"kind": type(model).__name__})


@bp.post("/layout")
@planner_required
def layout():
    yaml = YAML(typ="safe", pure=True)
    plan = yaml.load(request.get_data(as_text=True))
    return jsonify(sorted(plan))


@bp.post("/layout/legacy")
@planner_required
def layout_legacy():
    plan = pyyaml.unsafe_load(request.get_data(as_text=True))
    return jsonify(sorted(plan))


@bp.post("/moves")
@scanner_required
def moves():
    rows = msgpack.unpackb(request.get_data(), raw=False)
    return jsonify({"taken": len(rows)})


@bp.post("/moves/rich")
@scanner_required
def rich_moves():
    event = jsonpickle.decode(request.get_data(as_text=True))
    return jsonify({"event": str(event)})


@bp.get("/basket")
def basket():
    raw = request.cookies.get("basket", "")
    if not raw:
        return jsonify([])
    items = dill.loads(base64.urlsafe_b64decode(raw))
    return jsonify([str(item) for item in items])
