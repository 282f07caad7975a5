package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// The files of `deploy/` parse, fit together, and start the program with a line that it takes.
class DeployFilesTest {
    private static final Path DEPLOY = Path.of("../deploy");

    private static List<JsonNode> yaml(String file) throws IOException {
        try (var documents = new YAMLMapper().readerFor(JsonNode.class)
                .<JsonNode>readValues(Files.readString(DEPLOY.resolve(file)))) {
            return documents.readAll();
        }
    }

    private static List<String> words(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    /// The words of an instruction of the container file that are a JSON array.
    private static List<String> instruction(String name) throws IOException {
        String line = Files.readAllLines(DEPLOY.resolve("Containerfile")).stream()
                .filter(one -> one.startsWith(name + " ")).findFirst().orElseThrow();
        return new ObjectMapper().readValue(line.substring(name.length()), new TypeReference<>() {});
    }

    private static void assertTaken(List<String> entry, List<String> arguments) throws IOException {
        List<String> line = Stream.concat(entry.stream().skip(1), arguments.stream()).toList();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        try (ShutdownSignal signal = new ShutdownSignal(nowhere, Duration.ZERO)) {
            Cli cli = new Cli(new Terminal(nowhere, nowhere, nowhere, false, signal));
            assertThatCode(() -> cli.commandLine(nowhere, nowhere).parseArgs(line.toArray(String[]::new)))
                    .as(line.toString()).doesNotThrowAnyException();
        }
    }

    @Test
    void theContainerStartsTheServiceForOthersToReach() throws Exception {
        List<String> entry = instruction("ENTRYPOINT");
        assertThat(entry).startsWith("alexnet", "serve").containsSubsequence("--host", "0.0.0.0")
                .containsSubsequence("--port", "8080").containsSubsequence("--grpc-port", "8081");
        assertTaken(entry, instruction("CMD"));
        assertThat(Files.readString(DEPLOY.resolve("Containerfile"))).contains("\nUSER 10001\n",
                "\nEXPOSE 8080 8081\n");
    }

    @Test
    void theTrainingJobStartsRanksThatShareTheirRuns() throws Exception {
        JsonNode job = yaml("pytorchjob.yaml").getFirst();
        assertThat(job.get("kind").asText()).isEqualTo("PyTorchJob");
        assertThat(job.at("/spec/pytorchReplicaSpecs/Master/replicas").asInt()).isEqualTo(1);
        JsonNode container = job.at("/spec/pytorchReplicaSpecs/Master/template/spec/containers/0");
        assertThat(container.get("name").asText()).isEqualTo("pytorch");
        assertTaken(List.of("alexnet"), words(container.get("args")));
        assertThat(words(container.get("args"))).containsSubsequence("--runs", "/runs");
    }

    @Test
    void theBatchScriptOfSlurmRunsTheProgramByItsSteps() throws Exception {
        Process check = new ProcessBuilder("sh", "-n", DEPLOY.resolve("slurm.sh").toString()).start();
        assertThat(check.waitFor()).isZero();
        String line = Files.readAllLines(DEPLOY.resolve("slurm.sh")).getLast();
        assertThat(line).startsWith("exec srun ").contains(" alexnet train ");
        assertTaken(List.of("alexnet"), List.of("train", "--threads", "1", "--recipe", "paper"));
    }

    @Test
    void kubernetesProbesAndStopsIt() throws Exception {
        List<JsonNode> objects = yaml("kubernetes.yaml");
        assertThat(objects).extracting(object -> object.get("kind").asText()).containsExactly("Deployment", "Service");
        JsonNode pod = objects.getFirst().at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/v2/health/ready");
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/v2/health/live");
        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/v2/health/ready");
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8080);
        assertThat(container.at("/ports/1/containerPort").asInt()).isEqualTo(8081);
        assertThat(container.at("/env/0/name").asText()).isEqualTo("ALEXNET_TOKEN");
        assertThat(container.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        int stop = container.at("/lifecycle/preStop/sleep/seconds").asInt() + 30;
        assertThat(pod.get("terminationGracePeriodSeconds").asInt()).isGreaterThan(stop);
        assertThat(objects.get(1).at("/spec/selector"))
                .isEqualTo(objects.getFirst().at("/spec/selector/matchLabels"))
                .isEqualTo(objects.getFirst().at("/spec/template/metadata/labels"));
        assertTaken(instruction("ENTRYPOINT"), words(container.get("args")));
    }

    /// /metrics wants the token, which annotations of a pod cannot name.
    @Test
    void prometheusReadsTheMetricsWithTheToken() throws Exception {
        JsonNode pod = yaml("kubernetes.yaml").getFirst().at("/spec/template");
        assertThat(pod.at("/metadata/annotations").isMissingNode()).isTrue();
        JsonNode monitor = yaml("podmonitor.yaml").getFirst();
        assertThat(monitor.get("apiVersion").asText()).isEqualTo("monitoring.coreos.com/v1");
        assertThat(monitor.get("kind").asText()).isEqualTo("PodMonitor");
        assertThat(monitor.at("/spec/selector/matchLabels")).isEqualTo(pod.at("/metadata/labels"));
        JsonNode endpoint = monitor.at("/spec/podMetricsEndpoints/0");
        assertThat(endpoint.get("port")).isEqualTo(pod.at("/spec/containers/0/ports/0/name"));
        assertThat(endpoint.get("path").asText()).isEqualTo("/metrics");
        assertThat(endpoint.at("/authorization/type").asText()).isEqualTo("Bearer");
        assertThat(endpoint.at("/authorization/credentials"))
                .isEqualTo(pod.at("/spec/containers/0/env/0/valueFrom/secretKeyRef"));
    }

    @Test
    void kserveRunsTheSameImage() throws Exception {
        JsonNode service = yaml("kserve.yaml").getFirst();
        assertThat(service.get("apiVersion").asText()).isEqualTo("serving.kserve.io/v1beta1");
        assertThat(service.get("kind").asText()).isEqualTo("InferenceService");
        JsonNode container = service.at("/spec/predictor/containers/0");
        assertThat(container.get("image"))
                .isEqualTo(yaml("kubernetes.yaml").getFirst().at("/spec/template/spec/containers/0/image"));
        assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8080);
        assertTaken(instruction("ENTRYPOINT"), words(container.get("args")));
    }

    @Test
    void systemdStartsAndStopsIt() throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(DEPLOY.resolve("alexnet.service")));
        lines.removeIf(line -> line.isBlank() || line.startsWith("#"));
        assertThat(lines).allMatch(line -> line.matches("\\[\\w+]|\\w+=.+")).contains("[Unit]", "[Service]",
                "[Install]",
                "SuccessExitStatus=143", "DynamicUser=yes");
        String start = lines.stream().filter(line -> line.startsWith("ExecStart=")).findFirst().orElseThrow();
        assertTaken(List.of(start.substring(10).split(" ")), List.of());
    }
}
