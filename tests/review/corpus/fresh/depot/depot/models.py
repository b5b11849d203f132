"""Forecasts are kept with what made them."""
from __future__ import annotations

import io
import json
import pathlib
import pickle
from importlib import resources

import joblib
import numpy as np
import torch
from sqlalchemy import JSON, Column, DateTime, Integer, LargeBinary, PickleType, String, func
from sqlalchemy.orm import declarative_base

Base = declarative_base()
HERE = pathlib.Path(__file__).parent


class Forecast(Base):
    __tablename__ = "forecasts"

    id = Column(Integer, primary_key=True)
    sku = Column(String(40), index=True)
    options = Column(PickleType)
    answer = Column(JSON)
    weights = Column(LargeBinary)
    made_at = Column(DateTime, server_default=func.now())


class WeightsUnpickler(pickle.Unpickler):
    """Takes arrays and nothing else."""

    ALLOWED = {("numpy", "ndarray"), ("numpy", "dtype"), ("numpy.core.multiarray", "_reconstruct")}

    def find_class(self, module: str, name: str):
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not taken")
        return super().find_class(module, name)


def weights_of(forecast: Forecast) -> np.ndarray:
    return WeightsUnpickler(io.BytesIO(forecast.weights)).load()


def shipped_model():
    with resources.files("depot").joinpath("data/baseline.pkl").open("rb") as stream:
        return pickle.load(stream)


def calendar() -> dict:
    return json.loads((HERE / "data" / "calendar.json").read_text())


def load_uploaded(storage, name: str):
    """``name`` is what the planner chose in the form."""
    blob = storage.open(f"uploads/{name}").read()
    return joblib.load(io.BytesIO(blob))


def load_matrix(stream) -> np.ndarray:
    return np.load(stream, allow_pickle=False)


def load_network(path: str):
    return torch.load(path, map_location="cpu", weights_only=True)
