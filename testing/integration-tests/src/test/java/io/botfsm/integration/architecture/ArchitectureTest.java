package io.botfsm.integration.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The structure of the published modules, checked on their compiled classes. */
class ArchitectureTest {
    private static final Path ROOT = Path.of("../..");

    /**
     * Every published module and all published modules whose types it may use. A module uses only those above it; a new
     * module must be added to this table.
     */
    private static final Map<String, Set<String>> USES = new LinkedHashMap<>();

    static {
        module("fsm-core");
        module("fsm-jackson3", "fsm-core");
        module("fsm-memory", "fsm-core");
        module("fsm-flow", "fsm-core");
        module("fsm-flow-test", "fsm-core", "fsm-memory", "fsm-flow");
        module("instance-lock");
        module("fsm-runtime", "fsm-core", "instance-lock");
        module("fsm-jdbc", "fsm-core", "instance-lock");
        module("fsm-redis", "fsm-core", "instance-lock");
        module("fsm-redis-lettuce", "fsm-core", "instance-lock", "fsm-redis");
        module("fsm-redis-jedis", "fsm-core", "instance-lock", "fsm-redis");
        module("fsm-redis-aiogram", "fsm-core", "fsm-redis");
        module("fsm-telegrambots", "fsm-core", "fsm-flow", "instance-lock", "fsm-runtime");
        module("fsm-pengrad", "fsm-core");
        module("fsm-micrometer", "fsm-core", "fsm-flow", "instance-lock", "fsm-runtime");
        module(
                "fsm-cli",
                "fsm-core",
                "instance-lock",
                "fsm-runtime",
                "fsm-jdbc",
                "fsm-redis",
                "fsm-redis-lettuce",
                "fsm-redis-aiogram");
        module("testing/bot-api-double");
        module(
                "fsm-spring-boot-starter",
                "fsm-core",
                "fsm-memory",
                "fsm-flow",
                "instance-lock",
                "fsm-runtime",
                "fsm-jdbc",
                "fsm-redis",
                "fsm-redis-lettuce",
                "fsm-redis-jedis",
                "fsm-telegrambots",
                "fsm-micrometer",
                "testing/bot-api-double");
        module("testing/fsm-conformance", "fsm-core", "instance-lock", "fsm-runtime");
        module("testing/fsm-redis-conformance", "fsm-redis");
    }

    /** Groups of adapters of which a program uses one: types of several may have the same name. */
    private static final List<Set<String>> ALTERNATIVES =
            List.of(Set.of("fsm-redis-jedis", "fsm-redis-lettuce"), Set.of("fsm-pengrad", "fsm-telegrambots"));

    private static final Pattern VAGUE = Pattern.compile(".*(Utils?|Helpers?|Managers?)");

    private static final String FORWARDING = "io.botfsm.storage.ForwardingStateStorage";

    private static final Map<String, JavaClasses> CLASSES = new TreeMap<>();

    static {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false); // only names of others matter
        USES.keySet().forEach(module -> CLASSES.put(module, imported(module)));
    }

    private static void module(String directory, String... uses) {
        assertThat(USES.keySet()).as("modules above %s", directory).containsAll(List.of(uses));
        USES.put(directory, Set.of(uses));
    }

    private static JavaClasses imported(String... modules) {
        return new ClassFileImporter()
                .importPaths(Stream.of(modules)
                        .map(module -> ROOT.resolve(module).resolve("target/classes"))
                        .toList());
    }

    /** The modules by a property of their top-level types. */
    private static Map<String, Set<String>> modulesBy(Function<JavaClass, String> property) {
        Map<String, Set<String>> modules = new TreeMap<>();
        CLASSES.forEach((module, classes) -> topLevel(classes)
                .forEach(type -> modules.computeIfAbsent(property.apply(type), any -> new TreeSet<>())
                        .add(module)));
        return modules;
    }

    private static Stream<JavaClass> topLevel(Collection<JavaClass> classes) {
        return classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().equals("package-info"));
    }

    @Test
    void everyPublishedModuleIsCompiledAndInTheTable() throws IOException {
        String bom = Files.readString(ROOT.resolve("fsm-bom/pom.xml"));
        Set<String> published = Pattern.compile("<groupId>io.botfsm</groupId>\\s+<artifactId>([^<]+)<")
                .matcher(bom.substring(bom.indexOf("<dependencies>")))
                .results()
                .map(match -> match.group(1))
                .collect(toCollection(TreeSet::new));
        assertThat(USES.keySet()).extracting(ArchitectureTest::name).containsExactlyInAnyOrderElementsOf(published);
        assertThat(CLASSES)
                .allSatisfy((module, classes) -> assertThat(classes)
                        .as("classes of %s, which has to be compiled first", module)
                        .isNotEmpty());
    }

    @Test
    void aModuleUsesOnlyThoseAboveIt() {
        Map<String, String> modules = new TreeMap<>();
        CLASSES.forEach((module, classes) -> classes.forEach(type -> modules.put(type.getName(), module)));
        Set<String> violations = new TreeSet<>();
        CLASSES.forEach((module, classes) -> classes.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .forEach(dependency -> {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    String used = modules.getOrDefault(target.getName(), module);
                    if (!used.equals(module) && !USES.get(module).contains(used)) {
                        violations.add(module + " uses " + used + ": " + dependency.getDescription());
                    }
                }));
        assertThat(violations).isEmpty();
    }

    /** The diagram leaves out arrows that others imply. */
    @Test
    void theDiagramOfTheDocsIsTheTable() throws IOException {
        Map<String, Set<String>> diagram = new TreeMap<>();
        Pattern.compile("(?m)^ +(\\S+) --> (.+)$")
                .matcher(Files.readString(ROOT.resolve("docs/contribute/architecture.md")))
                .results()
                .forEach(arrows -> diagram.computeIfAbsent(arrows.group(1), any -> new TreeSet<>())
                        .addAll(List.of(arrows.group(2).split(" & "))));
        Map<String, Set<String>> reached = new TreeMap<>();
        USES.forEach((module, uses) -> {
            Set<String> arrows = diagram.getOrDefault(name(module), Set.of());
            Set<String> all = new TreeSet<>(arrows);
            arrows.forEach(used -> all.addAll(reached.getOrDefault(used, Set.of())));
            reached.put(name(module), all);
            assertThat(uses)
                    .as("arrows of %s", module)
                    .extracting(ArchitectureTest::name)
                    .containsAll(arrows);
            assertThat(all)
                    .as("what %s leads to", module)
                    .containsAll(uses.stream().map(ArchitectureTest::name).toList());
        });
        assertThat(reached).containsKeys(diagram.keySet().toArray(String[]::new));
    }

    private static String name(String directory) {
        return directory.replace("testing/", "");
    }

    @Test
    void packagesHaveNoCycle() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        return SliceIdentifier.of(type.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(imported(USES.keySet().toArray(String[]::new)));
    }

    @Test
    void aPackageIsInOneModule() {
        Map<String, Set<String>> modules = modulesBy(JavaClass::getPackageName);
        modules.values().removeIf(of -> of.size() == 1);
        assertThat(modules).isEmpty();
    }

    @Test
    void aNameIsOfOneType() {
        Map<String, List<String>> modules = new TreeMap<>();
        CLASSES.forEach((module, classes) -> topLevel(classes)
                .forEach(type -> modules.computeIfAbsent(type.getSimpleName(), any -> new ArrayList<>())
                        .add(module)));
        modules.values().removeIf(of -> of.size() == 1 || areAlternatives(of, ALTERNATIVES));
        assertThat(modules).isEmpty();
    }

    /** Whether one group has all of the modules, each named once. */
    private static boolean areAlternatives(List<String> modules, List<Set<String>> groups) {
        return groups.stream().anyMatch(group -> group.containsAll(modules))
                && Set.copyOf(modules).size() == modules.size();
    }

    @Test
    void anyNumberOfModulesAreAlternatives() {
        List<Set<String>> groups = List.of(Set.of("a", "b", "c"), Set.of("d", "e"));
        assertThat(areAlternatives(List.of("c", "a", "b"), groups)).isTrue();
        assertThat(areAlternatives(List.of("c", "a"), groups)).isTrue();
        assertThat(areAlternatives(List.of("c", "d"), groups)).isFalse();
        assertThat(areAlternatives(List.of("a", "a", "b"), groups))
                .as("twice in a")
                .isFalse();
    }

    @Test
    void loggersAreNamedByPackage() {
        List<String> loggers = new ArrayList<>();
        List<String> violations = new ArrayList<>();
        CLASSES.values()
                .forEach(classes -> classes.stream()
                        .flatMap(type -> type.getCodeUnits().stream())
                        .forEach(code -> code.getMethodCallsFromSelf().stream()
                                .filter(call -> call.getTargetOwner().getName().equals("org.slf4j.LoggerFactory"))
                                .forEach(call -> {
                                    loggers.add(call.getDescription());
                                    if (!isNamedByPackage(code)) {
                                        violations.add(call.getDescription());
                                    }
                                })));
        assertThat(loggers).hasSizeGreaterThan(20);
        assertThat(violations)
                .as("loggers that are not LoggerFactory.getLogger(OfThisPackage.class.getPackageName())")
                .isEmpty();
    }

    private static boolean isNamedByPackage(JavaCodeUnit code) {
        List<String> calls = code.getMethodCallsFromSelf().stream()
                .map(call -> call.getTarget().getFullName())
                .toList();
        return calls.contains("org.slf4j.LoggerFactory.getLogger(java.lang.String)")
                && calls.contains("java.lang.Class.getPackageName()")
                && code.getReferencedClassObjects().stream()
                        .allMatch(named -> named.getRawType()
                                .getPackageName()
                                .equals(code.getOwner().getPackageName()));
    }

    /** A decorator that does the forwarding itself misses methods that {@code StateStorage} gains later. */
    @Test
    void decoratorsOfStoragesForward() {
        List<String> decorators = new ArrayList<>();
        List<String> violations = new ArrayList<>();
        imported(USES.keySet().toArray(String[]::new)).stream()
                .filter(type -> type.isAssignableTo("io.botfsm.storage.StateStorage"))
                .forEach(type -> {
                    if (type.isAssignableTo(FORWARDING)) {
                        decorators.add(type.getSimpleName());
                    } else if (takesAStorage(type)) {
                        violations.add(type.getName());
                    }
                });
        assertThat(decorators).contains("LoggingStateStorage", "RecoveringStateStorage");
        assertThat(violations)
                .as("decorators that do not extend %s", FORWARDING)
                .isEmpty();
    }

    private static boolean takesAStorage(JavaClass type) {
        return type.getFields().stream()
                .anyMatch(field -> field.getRawType().isAssignableTo("io.botfsm.storage.StateStorage"));
    }

    @Test
    void namesSayWhatATypeIs() {
        assertThat(modulesBy(JavaClass::getSimpleName))
                .allSatisfy(
                        (name, modules) -> assertThat(name).as("of %s", modules).doesNotMatch(VAGUE));
    }
}
