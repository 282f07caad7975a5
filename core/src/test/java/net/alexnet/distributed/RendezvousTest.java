package net.alexnet.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import net.alexnet.data.loader.Rank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RendezvousTest {
    private static final Map<String, String> TORCHRUN = Map.of("RANK", "3", "WORLD_SIZE", "4", "LOCAL_RANK", "1",
            "LOCAL_WORLD_SIZE", "2", "MASTER_ADDR", "a.example", "MASTER_PORT", "29500",
            "TORCHELASTIC_USE_AGENT_STORE", "True", "TORCHELASTIC_RESTART_COUNT", "2", "TORCHELASTIC_RUN_ID", "run");

    @Test
    void noLauncherMeansNoRendezvous() {
        assertThat(Rendezvous.of(Map.of("HOME", "/root"))).isEmpty();
        assertThat(Rendezvous.of(Map.of("SLURM_PROCID", "0", "SLURM_STEP_NUM_TASKS", "1"))).isEmpty();
    }

    @Test
    void torchrunsVariables() {
        Rendezvous found = Rendezvous.of(TORCHRUN).orElseThrow();
        assertThat(found).isEqualTo(new Rendezvous(new Rank(3, 4), 1, 2, "a.example", 29_500, true, 2, "run"));
        assertThat(found.isLocal()).isFalse();
    }

    @Test
    void torchrunsUsualNameIsNone() {
        Map<String, String> unnamed = new HashMap<>(TORCHRUN);
        unnamed.put("TORCHELASTIC_RUN_ID", "none");
        assertThat(Rendezvous.of(unnamed).orElseThrow().run()).isEmpty();
    }

    /// A batch script of Slurm has the variables of the job without being a step of it.
    @Test
    void aSlurmScriptIsNoRank() {
        assertThat(Rendezvous.of(Map.of("SLURM_PROCID", "0", "SLURM_NTASKS", "4", "SLURM_JOB_ID", "1"))).isEmpty();
    }

    @Test
    void kubeflowSetsFourOfThem() {
        Rendezvous found = Rendezvous.of(Map.of("RANK", "0", "WORLD_SIZE", "2", "MASTER_ADDR", "m", "MASTER_PORT",
                "23456")).orElseThrow();
        assertThat(found).isEqualTo(new Rendezvous(new Rank(0, 2), 0, 1, "m", 23_456, false, 0, ""));
    }

    @ParameterizedTest
    @CsvSource({"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
    void aPartOfThemIsRefused(String missing) {
        Map<String, String> part = new HashMap<>(TORCHRUN);
        part.remove(missing);
        assertThatIllegalArgumentException().isThrownBy(() -> Rendezvous.of(part)).withMessageContaining(missing);
    }

    @ParameterizedTest
    @CsvSource({"RANK, 4", "RANK, -1", "WORLD_SIZE, 0", "RANK, x", "MASTER_PORT, 0", "MASTER_PORT, 70000",
        "LOCAL_RANK, 2", "LOCAL_WORLD_SIZE, 5", "MASTER_ADDR, ' '"})
    void valuesWithoutSenseAreRefused(String name, String value) {
        Map<String, String> wrong = new HashMap<>(TORCHRUN);
        wrong.put(name, value);
        assertThatIllegalArgumentException().isThrownBy(() -> Rendezvous.of(wrong)).withMessageContaining(name);
    }

    @Test
    void slurmsVariables() {
        Map<String, String> job = new HashMap<>(
                Map.of("SLURM_PROCID", "5", "SLURM_STEP_NUM_TASKS", "8", "SLURM_LOCALID", "1",
                        "SLURM_JOB_ID", "123456", "SLURM_STEP_NODELIST", "node[03-06]", "SLURM_STEP_TASKS_PER_NODE",
                        "2(x4)"));
        assertThat(Rendezvous.of(job)).contains(
                new Rendezvous(new Rank(5, 8), 1, 2, "node03", 20_000 + 3_456, false, 0, "123456.0"));
        job.put("MASTER_ADDR", "b");
        job.put("MASTER_PORT", "7");
        job.put("SLURM_RESTART_COUNT", "1");
        job.put("SLURM_STEP_ID", "2");
        assertThat(Rendezvous.of(job)).contains(new Rendezvous(new Rank(5, 8), 1, 2, "b", 7, false, 1, "123456.2"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a|a", "a,b|a", "n[1-3]|n1", "n[01,03-04]|n01", "n[7],x|n7",
        "rack[2-3]-x,b|rack2-x", "a-b[10-12]|a-b10"})
    void theFirstHostOfSlurmsList(String list, String first) {
        assertThat(Rendezvous.firstHost(list)).isEqualTo(first);
    }

    @Test
    void openMpisVariables() {
        Map<String, String> job = new HashMap<>(Map.of("OMPI_COMM_WORLD_RANK", "1", "OMPI_COMM_WORLD_SIZE", "2",
                "OMPI_COMM_WORLD_LOCAL_RANK", "1", "OMPI_COMM_WORLD_LOCAL_SIZE", "2"));
        Rendezvous found = Rendezvous.of(job).orElseThrow();
        assertThat(found.address()).isEqualTo("127.0.0.1");
        assertThat(found.isLocal()).isTrue();
        job.put("OMPI_COMM_WORLD_LOCAL_SIZE", "1");
        job.put("OMPI_COMM_WORLD_LOCAL_RANK", "0");
        assertThatIllegalArgumentException().isThrownBy(() -> Rendezvous.of(job)).withMessageContaining("MASTER_ADDR");
        job.put("MASTER_ADDR", "a");
        assertThat(Rendezvous.of(job).orElseThrow().address()).isEqualTo("a");
    }
}
