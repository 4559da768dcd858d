package io.botfsm.examples.snippets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The table of docs/reference/compatibility.md: which rules of which suite each storage kept in the last build, read
 * from the reports of its tests. {@code .ci/compatibility} runs this file by itself, so it needs nothing but the JDK.
 *
 * <p>The name of a conformance test class tells where it belongs: the client is in its package or begins its simple
 * name, topology and suite are in its simple name; see {@link #of}.
 */
final class CompatibilityTable {
    /** A suite, and where it runs; {@link #OF_ONE_PROCESS} and {@link #A_DATABASE} stand for no topology. */
    record Combination(String suite, String client, String topology) {}

    static final String OF_ONE_PROCESS = "one process";
    static final String A_DATABASE = "database";

    private static final List<String> SUITES = List.of(
            "storage",
            "catalog",
            "queue",
            "inbox",
            "lease",
            "event isolation",
            "instance lock",
            "aiogram",
            "aiogram catalog",
            "port");
    /** The names of their tests begin with these; in lower case they are in the names of the packages. */
    private static final List<String> CLIENTS = List.of("Lettuce", "Jedis");

    /** The names of their tests begin with these. */
    private static final List<String> DATABASES = List.of("Postgres", "MariaDb", "Sqlite", "H2");

    private static final List<String> SUITES_OF_DATABASES =
            List.of("storage", "catalog", "queue", "inbox", "lease", "event isolation");

    private static final List<String> TOPOLOGIES = List.of("standalone", "Sentinel", "Cluster");

    private static final String BEGIN = "<!-- written by .ci/compatibility -->\n";
    private static final String END = "<!-- end -->\n";
    /** Tests with "Proof" in their names run when proofs do. */
    private static final Pattern CONFORMANCE_TEST = Pattern.compile("Conformance(Proof)?Test\\.java$");

    private static final Pattern RULE = Pattern.compile("(?:rule([A-Z]?\\d\\d)|(p\\d\\d))_");
    private static final Pattern GAP = Pattern.compile("\\[gap\\] \\w+\\.(rule[A-Z]?\\d\\d_\\w+) is not checked");

    private final Path root;

    CompatibilityTable(Path root) {
        this.root = root;
    }

    /** Writes the table into the page of the repository that it is run in. */
    public static void main(String... none) throws Exception {
        Path root = Path.of("").toAbsolutePath();
        Path page = root.resolve("docs/reference/compatibility.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        String table = new CompatibilityTable(root).table();
        Files.writeString(page, text.substring(0, begin) + table + text.substring(end));
        System.out.print(table);
    }

    /** Every conformance test class of the repository, by the names of their files. */
    List<String> classes() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> file.contains("src/test/java/")
                            && CONFORMANCE_TEST.matcher(file).find())
                    .map(file ->
                            file.replaceAll(".*src/test/java/|\\.java$", "").replace('/', '.'))
                    .sorted()
                    .toList();
        }
    }

    /** What a test class belongs to; empty if its name does not say. */
    static Optional<Combination> of(String testClass) {
        String name = testClass.substring(testClass.lastIndexOf('.') + 1);
        String suite = suite(name);
        String topology = name.contains("Sentinel") ? "Sentinel" : name.contains("Cluster") ? "Cluster" : "standalone";
        Optional<String> client = CLIENTS.stream()
                .filter(each -> testClass.startsWith("io.botfsm.redis." + each.toLowerCase(Locale.ROOT) + ".")
                        || name.startsWith(each))
                .findFirst();
        if (client.isPresent()) {
            return Optional.of(new Combination(suite, client.get(), topology));
        }
        if (testClass.startsWith("io.botfsm.jdbc.")) {
            return DATABASES.stream()
                    .filter(name::startsWith)
                    .findFirst()
                    .map(database -> new Combination(suite, database, A_DATABASE));
        }
        return Stream.of("io.botfsm.memory.", "io.botfsm.conformance.", "io.botfsm.lock.store.")
                        .anyMatch(testClass::startsWith)
                ? Optional.of(new Combination(suite, "memory", OF_ONE_PROCESS))
                : Optional.empty();
    }

    private static String suite(String name) {
        Map<String, String> words = new LinkedHashMap<>(); // the first that is found decides
        words.put("AiogramCatalog", "aiogram catalog");
        words.put("Aiogram", "aiogram");
        words.put("Catalog", "catalog");
        words.put("Inbox", "inbox");
        words.put("Isolation", "event isolation");
        words.put("Queue", "queue");
        words.put("Lock", "instance lock");
        words.put("Port", "port");
        words.put("Lease", "lease");
        words.put("Quorum", "lease");
        return words.entrySet().stream()
                .filter(word -> name.contains(word.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("storage");
    }

    private static List<Combination> combinations() {
        List<Combination> all = new ArrayList<>();
        for (String suite : SUITES) {
            if (!List.of("aiogram", "aiogram catalog", "port").contains(suite)) {
                all.add(new Combination(suite, "memory", OF_ONE_PROCESS));
            }
            for (String client : suite.equals("instance lock") ? List.<String>of() : CLIENTS) {
                TOPOLOGIES.forEach(topology -> all.add(new Combination(suite, client, topology)));
            }
            if (SUITES_OF_DATABASES.contains(suite)) {
                DATABASES.forEach(database -> all.add(new Combination(suite, database, A_DATABASE)));
            }
        }
        return all;
    }

    String table() throws Exception {
        StringBuilder table = new StringBuilder("""
                | suite | on | topology | classes | tests | rules kept | in part | not checked | broken |
                |---|---|---|---|---|---|---|---|---|
                """);
        List<String> classes = classes();
        for (Combination combination : combinations()) {
            List<Report> reports = new ArrayList<>();
            int missing = 0;
            for (String testClass : classes) {
                if (of(testClass).filter(combination::equals).isPresent()) {
                    Optional<Report> report = report(testClass);
                    report.ifPresent(reports::add);
                    missing += report.isPresent() ? 0 : 1;
                }
            }
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | ",
                    combination.suite(),
                    combination.client(),
                    combination.topology()));
            table.append(reports.isEmpty() ? missing(combination) : cells(reports, missing))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String missing(Combination combination) {
        return combination.suite().startsWith("aiogram")
                        && combination.topology().equals("Cluster")
                ? "refused: a conversation has two keys | | | | |"
                : "not run | | | | |";
    }

    /** A rule is kept whole if none of its tests failed in any class, and each ran in one at least. */
    private static String cells(List<Report> reports, int missing) {
        Set<String> failed = union(reports.stream().map(Report::failed));
        Set<String> ran = union(reports.stream().map(Report::ran));
        Set<String> left = union(reports.stream().map(Report::left));
        left.removeAll(ran);
        SortedSet<String> broken = rules(failed);
        SortedSet<String> unchecked = rules(left);
        unchecked.removeAll(rules(ran));
        SortedSet<String> inPart = rules(left);
        inPart.removeAll(unchecked);
        inPart.removeAll(broken);
        SortedSet<String> kept = rules(ran);
        kept.removeAll(broken);
        kept.removeAll(inPart);
        int others = (int)
                failed.stream().filter(test -> !RULE.matcher(test).lookingAt()).count();
        return String.format(
                Locale.ROOT,
                "%d%s | %d | %d | %s | %s | %s",
                reports.size(),
                missing == 0 ? "" : " of " + (reports.size() + missing),
                reports.stream().mapToInt(Report::tests).sum(),
                kept.size(),
                listed(inPart),
                listed(unchecked),
                listed(broken) + (others > 0 ? " and " + others + " tests besides" : ""));
    }

    private static Set<String> union(Stream<Set<String>> sets) {
        return sets.flatMap(Collection::stream).collect(Collectors.toCollection(HashSet::new));
    }

    private static SortedSet<String> rules(Set<String> tests) {
        return tests.stream()
                .map(RULE::matcher)
                .filter(Matcher::lookingAt)
                .map(rule ->
                        rule.group(1) != null ? rule.group(1) : rule.group(2).toUpperCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String listed(SortedSet<String> rules) {
        return rules.isEmpty() ? "0" : String.format(Locale.ROOT, "%d: %s", rules.size(), String.join(", ", rules));
    }

    private Optional<Report> report(String testClass) throws Exception {
        try (Stream<Path> modules = Files.walk(root, 3)) {
            Optional<Path> file = modules.filter(path -> path.endsWith("target"))
                    .map(target -> target.resolve("surefire-reports/TEST-" + testClass + ".xml"))
                    .filter(Files::exists)
                    .findFirst();
            return file.isEmpty() ? Optional.empty() : Optional.of(Report.read(file.get()));
        }
    }

    /**
     * What a test class did.
     *
     * @param ran tests that ran, by their names without parameters
     * @param failed those of them that failed
     * @param left tests that had zero invocations
     */
    private record Report(int tests, Set<String> ran, Set<String> failed, Set<String> left) {
        static Report read(Path file) throws Exception {
            Element suite = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile())
                    .getDocumentElement();
            NodeList cases = suite.getElementsByTagName("testcase");
            Set<String> ran = new HashSet<>();
            Set<String> failed = new HashSet<>();
            for (int i = 0; i < cases.getLength(); i++) {
                Element test = (Element) cases.item(i);
                String name = test.getAttribute("name").replaceAll("[(\\[{].*", "");
                ran.add(name);
                if (test.getElementsByTagName("failure").getLength() > 0
                        || test.getElementsByTagName("error").getLength() > 0) {
                    failed.add(name);
                }
            }
            Set<String> left = GAP.matcher(Files.readString(file))
                    .results()
                    .map(gap -> gap.group(1))
                    .collect(Collectors.toSet());
            return new Report(cases.getLength(), ran, failed, left);
        }
    }
}
