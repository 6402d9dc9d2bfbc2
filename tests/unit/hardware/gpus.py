"""NVIDIA GPUs with what their NVML answers, as their owners posted it."""

from tests.unit.hardware.nvml_fake import MIB, FakeGpu, FakeNotSupportedError

RTX_4090 = FakeGpu("NVIDIA GeForce RTX 4090", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", 24564 * MIB)
GTX_1080 = FakeGpu("NVIDIA GeForce GTX 1080", "GPU-89aa1111-0000-4106-c12f-20bd9faed9f6", 8192 * MIB, (6, 1))
SMALL_SLICE = FakeGpu("NVIDIA A100-SXM4-80GB MIG 1g.10gb", "MIG-1c5a4b1e-aaaa-5c1b-9f2e-3b1d0e6f7a10", 9728 * MIB)
LARGE_SLICE = FakeGpu("NVIDIA A100-SXM4-80GB MIG 3g.40gb", "MIG-7f0c9d2e-bbbb-5c1b-9f2e-3b1d0e6f7a10", 40192 * MIB)
A100 = FakeGpu(
    "NVIDIA A100-SXM4-80GB",
    "GPU-a1000000-1111-4106-c12f-20bd9faed9f6",
    81920 * MIB,
    (8, 0),
    slices=(SMALL_SLICE, None, LARGE_SLICE),
)
GB10 = FakeGpu("NVIDIA GB10", "GPU-2dee1e25-b3b5-007e-2b55-79f2d0f2ebe5", FakeNotSupportedError(), (12, 1))
ORIN = FakeGpu("Orin (nvgpu)", "GPU-0a1b2c3d-0000-4106-c12f-20bd9faed9f6", FakeNotSupportedError(), (8, 7))
