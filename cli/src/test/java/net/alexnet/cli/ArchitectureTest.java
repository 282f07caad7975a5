package net.alexnet.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The rules of `ARCHITECTURE.md` over the production classes of all modules. [DocumentedNamesTest] holds its names.
class ArchitectureTest {
    private static final String ROOT = "net.alexnet.";
    /// The package `net.alexnet` itself.
    static final String FACADE = "";

    /// The layers from the bottom up, each with its packages. A class may only use its own layer and those below it.
    static final Map<String, List<String>> LAYERS = layers();

    private static Map<String, List<String>> layers() {
        Map<String, List<String>> layers = new LinkedHashMap<>();
        layers.put("basics", List.of("tensor", "tensor.reference", "io"));
        layers.put("data and network", List.of("data.image", "data", "data.loader", "distributed", "nn"));
        layers.put("inference", List.of("inference"));
        layers.put("training", List.of("train.config", "train"));
        layers.put("figures", List.of("figure"));
        layers.put("engine and formats", List.of("torch.kernel", "torch", "interop.protobuf", "interop.pickle",
                "interop.pytorch",
                "interop.caffe", "interop.onnx", "interop.keras", "interop.parquet", "interop"));
        layers.put("report", List.of("report"));
        layers.put("facade", List.of(FACADE, "reproduce"));
        layers.put("server", List.of("server", "server.service", "server.grpc", "server.studio"));
        layers.put("program", List.of("cli"));
        return layers;
    }

    private static String full(String name) {
        return name.equals(FACADE) ? "net.alexnet" : ROOT + name;
    }

    static List<String> packages() {
        return LAYERS.values().stream().flatMap(List::stream).toList();
    }

    static final JavaClasses CLASSES = importClasses();

    private static JavaClasses importClasses() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false); // libtorch's thousands of classes
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("net.alexnet");
    }

    @Test
    void theClassesOfAllModulesAreSeenAndNoTests() {
        assertThat(names(CLASSES)).contains("net.alexnet.train.Trainer", "net.alexnet.nn.AlexNet",
                "net.alexnet.torch.TorchBackend", "net.alexnet.cli.Main", "net.alexnet.cli.package-info");
        assertThat(names(CLASSES)).noneMatch(name -> name.endsWith("Test") || name.endsWith("Contract"));
    }

    @Test
    void everyPackageHasItsLayer() {
        Set<String> packages = new TreeSet<>();
        CLASSES.forEach(type -> packages.add(type.getPackageName()));
        assertThat(packages)
                .containsExactlyInAnyOrderElementsOf(packages().stream().map(ArchitectureTest::full).toList());
    }

    @Test
    void dependenciesPointToLowerLayers() {
        LayeredArchitecture rule = layeredArchitecture().consideringOnlyDependenciesInLayers();
        List<String> names = List.copyOf(LAYERS.keySet());
        for (Map.Entry<String, List<String>> layer : LAYERS.entrySet()) {
            rule = rule.layer(layer.getKey())
                    .definedBy(layer.getValue().stream().map(ArchitectureTest::full).toArray(String[]::new));
        }
        for (int i = 0; i < names.size(); i++) {
            List<String> above = names.subList(i + 1, names.size());
            rule = above.isEmpty()
                    ? rule.whereLayer(names.get(i)).mayNotBeAccessedByAnyLayer()
                    : rule.whereLayer(names.get(i)).mayOnlyBeAccessedByLayers(above.toArray(String[]::new));
        }
        rule.check(CLASSES);
    }

    @Test
    void packagesMakeNoCycle() {
        slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /// core cannot see torch at all: its class path holds that. Of the others only torch touches the native libraries.
    @Test
    void onlyTorchTouchesTheNativeLibraries() {
        noClasses().that().resideOutsideOfPackage(ROOT + "torch..").should().dependOnClassesThat()
                .resideInAPackage("org.bytedeco..").check(CLASSES);
        assertThat(CLASSES.get(ROOT + "torch.TorchBackend").getDirectDependenciesFromSelf())
                .anyMatch(dependency -> dependency.getTargetClass().getPackageName().startsWith("org.bytedeco"));
    }

    @Test
    void onlyTheProgramsOutermostClassesPrint() {
        noClasses().that().doNotHaveFullyQualifiedName(Main.class.getName())
                .and().doNotHaveFullyQualifiedName(Cli.class.getName())
                .should().accessTargetWhere(PRINTING).check(CLASSES);
        assertThat(CLASSES.get(Main.class).getAccessesFromSelf()).anyMatch(PRINTING);
        assertThat(CLASSES.get(Cli.class).getAccessesFromSelf()).anyMatch(PRINTING);
    }

    private static final DescribedPredicate<JavaAccess<?>> PRINTING = describe(
            "System.out, System.err or printStackTrace", access -> {
                JavaClass owner = access.getTargetOwner();
                String name = access.getTarget().getName();
                return name.equals("printStackTrace")
                        || (owner.isEquivalentTo(System.class) && (name.equals("out") || name.equals("err")));
            });

    @Test
    void everyPackageIsNullMarked() {
        List<JavaPackage> unmarked = packages().stream().map(name -> CLASSES.getPackage(full(name)))
                .filter(found -> !found.isAnnotatedWith(NullMarked.class)).toList();
        assertThat(unmarked).isEmpty();
    }

    private static List<String> names(JavaClasses classes) {
        return classes.stream().map(JavaClass::getName).toList();
    }
}
