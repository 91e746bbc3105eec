"""Stands for an accelerator that this machine need not have: what would wait for one, or mix two, is an error here."""

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

#: What makes the host wait: a number read back, rows counted to know a shape, a list or number brought over.
WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "unique2", "lift_fresh", "bincount"}


class NoWaiting(TorchDispatchMode):
    """Inside, every operation that would make the host wait for a device raises; so does one on two devices.

    Reading a tensor that lies on the CPU is free where `device` is another one (AdamW counts its steps there).
    """

    def __init__(self, device="cpu"):
        super().__init__()
        self.device = torch.device(device)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        name = func.overloadpacket.__name__
        here = [t for t in tensors if t.device.type == self.device.type]
        if name in WAITS and here:
            raise AssertionError(f"{func} makes the host wait for the device")
        if name.startswith("index") and any(t.dtype == torch.bool for t in tensors):
            raise AssertionError(f"{func} with a mask makes the host wait for the device")
        # Numbers (tensors without dimensions) on the CPU travel with the call.
        devices = {t.device.type for t in tensors if t.dim()}
        if len(devices) > 1 and name not in ("_to_copy", "copy_"):
            raise AssertionError(f"{func} mixes {sorted(devices)}")
        target = (kwargs or {}).get("device")
        copied = {t.device.type for t in tensors} | ({torch.device(target).type} if target is not None else set())
        if name in ("_to_copy", "copy_") and len(copied) > 1:
            raise AssertionError(f"{func} copies between devices")
        return func(*args, **(kwargs or {}))
