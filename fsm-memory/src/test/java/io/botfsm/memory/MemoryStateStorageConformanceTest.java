package io.botfsm.memory;

final class MemoryStateStorageConformanceTest extends MemoryConformance {}
