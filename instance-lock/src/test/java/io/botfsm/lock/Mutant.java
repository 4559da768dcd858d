package io.botfsm.lock;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The lock with one fault: changed copies of its sources, compiled, in their own class loader together with the
 * simulator. The text that a change replaces must occur exactly once, so that a mutant is never silently the original.
 */
final class Mutant {
    private static final List<Path> SOURCES = List.of(
            Path.of("src/main/java/io/botfsm/lock"),
            Path.of("src/main/java/io/botfsm/lock/internal"),
            Path.of("src/test/java/io/botfsm/lock"));
    private static final String PACKAGE = "io.botfsm.lock.";
    private static final String INTERNAL = PACKAGE + "internal.";

    private final ClassLoader loader;

    private Mutant(ClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Creates a mutant.
     *
     * @param folder for the copies
     * @param changes the changes that make the fault
     */
    static Mutant of(Path folder, Change... changes) throws IOException {
        Map<String, String> copies = new LinkedHashMap<>();
        for (Change change : changes) {
            String source = copies.containsKey(change.type()) ? copies.get(change.type()) : source(change.type());
            copies.put(change.type(), changed(source, change.from(), change.to()));
        }
        List<Path> files = new ArrayList<>();
        for (Map.Entry<String, String> copy : copies.entrySet()) {
            files.add(Files.writeString(folder.resolve(copy.getKey() + ".java"), copy.getValue(), UTF_8));
        }
        Path classes = Files.createDirectories(folder.resolve("classes"));
        compile(files, classes);
        return new Mutant(new MutantLoader(classes));
    }

    /** A text in the source of a type, and its replacement; line breaks and end-of-line comments are ignored. */
    record Change(String type, String from, String to) {}

    private static String source(String type) throws IOException {
        Path file = SOURCES.stream()
                .map(folder -> folder.resolve(type + ".java"))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        String text = Files.readString(file, UTF_8);
        return oneLine(text.replaceAll("(?m)\\s//.*$", ""));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static String changed(String source, String original, String to) {
        String from = oneLine(original.strip());
        int at = source.indexOf(from);
        if (at < 0 || source.indexOf(from, at + 1) >= 0) {
            throw new IllegalArgumentException("not there exactly once: " + from);
        }
        return source.substring(0, at) + to + source.substring(at + from.length());
    }

    private static void compile(List<Path> copies, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            List<String> options = List.of(
                    "-d",
                    classes.toString(),
                    "-classpath",
                    System.getProperty("java.class.path"),
                    "-proc:none",
                    "-nowarn");
            boolean compiled = compiler.getTask(
                            null, files, null, options, null, files.getJavaFileObjectsFromPaths(copies))
                    .call();
            if (!compiled) {
                throw new IllegalArgumentException("does not compile: " + copies);
            }
        }
    }

    /**
     * Returns the violation that the simulator finds in a world, if any.
     *
     * @param world the method of the simulator that runs the world
     */
    Optional<String> violation(String world, long seed) throws ReflectiveOperationException {
        Method run = loader.loadClass(PACKAGE + "Simulator").getDeclaredMethod(world, long.class);
        run.setAccessible(true); // a package of another loader is another package
        try {
            run.invoke(null, seed);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            String message = String.valueOf(e.getCause());
            return Optional.of(message.replaceAll("^.*ViolationException: ", ""));
        }
    }

    /** Loads the lock and its tests again, mutated classes from the folder. */
    private static final class MutantLoader extends ClassLoader {
        private final Path classes;

        MutantLoader(Path classes) {
            super(Mutant.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean ofTheLock =
                    name.startsWith(INTERNAL) || (name.startsWith(PACKAGE) && name.indexOf('.', PACKAGE.length()) < 0);
            if (!ofTheLock) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? defined(name) : loaded;
            }
        }

        private Class<?> defined(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try {
                Path mutated = classes.resolve(file);
                byte[] bytes = Files.exists(mutated) ? Files.readAllBytes(mutated) : original(file);
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private byte[] original(String resource) throws IOException, ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(resource)) {
                if (in == null) {
                    throw new ClassNotFoundException(resource);
                }
                return in.readAllBytes();
            }
        }
    }
}
