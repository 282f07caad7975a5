package net.alexnet.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import net.alexnet.tensor.ComputeEnvironment;
import net.alexnet.tensor.Precision;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.junit.jupiter.api.Test;

class TorchDeviceTest {
    private static final TorchDevice CUDA = new TorchDevice("cuda:1", DeviceType.CUDA, 1, "as asked");

    @Test
    void unknownDevicesAreNotFasterInBfloat16() {
        TorchLibrary.load();
        int none = torch.cuda_is_available() ? torch.cuda_device_count() : 0;
        assertThat(new TorchDevice("cuda:" + none, DeviceType.CUDA, none, "as asked").isFasterIn(Precision.BFLOAT16))
                .isFalse();
        assertThat(CUDA.isFasterIn(Precision.FLOAT32)).isFalse();
        assertThat(new TorchDevice("mps", DeviceType.MPS, 0, "as asked").isFasterIn(Precision.BFLOAT16)).isFalse();
    }

    @Test
    void aCpuIsFasterInBfloat16WhereItHasUnitsForIt() throws Exception {
        Path flags = Path.of("/proc/cpuinfo");
        boolean units = Files.exists(flags) && Files.readString(flags).contains(" amx_bf16");
        TorchDevice cpu = new TorchDevice("cpu", DeviceType.CPU, 0, "as asked");
        assertThat(cpu.isFasterIn(Precision.BFLOAT16)).isEqualTo(units);
        assertThat(cpu.isFasterIn(Precision.FLOAT32)).isFalse();
    }

    @Test
    void eachRankOfAHostHasAGpuOfItsOwn() {
        assertThat(TorchDevice.ofRank("auto", 3, 4)).isEqualTo("cuda:3");
        assertThat(TorchDevice.ofRank("auto", 3, 2)).isEqualTo("cuda:3"); // which is then refused: there are two
        assertThat(TorchDevice.ofRank("auto", 3, 1)).isEqualTo("cuda:0"); // srun --gpus-per-task=1
        assertThat(TorchDevice.ofRank("cuda", 1, 4)).isEqualTo("cuda:1");
        assertThat(TorchDevice.ofRank("cuda:0", 1, 4)).isEqualTo("cuda:0");
        assertThat(TorchDevice.ofRank("auto", 1, 0)).isEqualTo("auto");
        assertThat(TorchDevice.ofRank("cpu", 1, 4)).isEqualTo("cpu");
        assertThat(TorchDevice.ofRank("reference", 1, 4)).isEqualTo("reference");
    }

    /// Which device was found is what counts, not how it was asked for; threads divide sums on a CPU only.
    @Test
    void computeEnvironmentDoesNotDependOnHowADeviceWasAskedFor() {
        TorchLibrary.load();
        TorchDevice asked = new TorchDevice("cpu", DeviceType.CPU, 0, "as asked");
        TorchDevice found = new TorchDevice("cpu", DeviceType.CPU, 0, "no GPU");
        ComputeEnvironment two = TorchLibrary.computeEnvironment(asked, 2, "kernels", Precision.FLOAT32);
        assertThat(two).isEqualTo(TorchLibrary.computeEnvironment(found, 2, "kernels", Precision.FLOAT32));
        assertThat(two.changes(TorchLibrary.computeEnvironment(asked, 3, "kernels", Precision.FLOAT32)))
                .containsExactly("threads: 2 then, 3 now");
        assertThat(two.changes(TorchLibrary.computeEnvironment(asked, 2, "none", Precision.FLOAT32))).hasSize(1);
        assertThat(TorchLibrary.computeEnvironment(CUDA, 2, "none", Precision.FLOAT32))
                .isEqualTo(TorchLibrary.computeEnvironment(CUDA, 3, "none", Precision.FLOAT32))
                .isNotEqualTo(TorchLibrary.computeEnvironment(CUDA, 2, "none", Precision.BFLOAT16));
    }
}
