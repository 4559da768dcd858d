package io.botfsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.botfsm.json.GenericType;
import io.botfsm.json.JacksonCodec;
import io.botfsm.json.UnreadableDataException;
import io.botfsm.storage.StorageKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values declared with type arguments are read back as those types, wherever they occur. */
@Timeout(60)
class GenericDataTest {
    private static final StorageKey KEY = StorageKey.bot(1).chat(2).user(3).build();
    private static final GenericType<List<Item>> ITEMS = new GenericType<>() {};

    record Item(String name, int count) {}

    private static final Item OLIVES = new Item("olives", 2);
    private static final List<Item> TWO = List.of(OLIVES, new Item("capers", 1));

    private final FsmTestStorage storage = new FsmTestStorage();
    private final FsmContext context = Fsm.of(storage).context(KEY);

    @AfterEach
    void close() {
        storage.close();
    }

    private <T> void isReadBack(T value, GenericType<T> type) {
        context.update(turn -> turn.put("value", value, type));
        assertThat(context.value("value", type)).hasValue(value);
        assertThat(context.read().value("value", type)).hasValue(value);
    }

    @Test
    void aListThatIsPutIsReadAsItsItems() {
        context.updateData("cart", TWO);
        for (Item item : context.value("cart", ITEMS).orElseThrow()) {
            assertThat(item.count()).isPositive();
        }
        assertThat(context.value("cart", ITEMS)).hasValue(TWO);
        assertThat(context.value("other", ITEMS)).isEmpty();
        assertThat(context.<Boolean>update(turn -> turn.put("cart", List.of(OLIVES)).value("cart", ITEMS).stream()
                        .allMatch(List.of(OLIVES)::equals)))
                .isTrue();
    }

    @Test
    void anyDepthOfArgumentsIsReadBack() {
        isReadBack(TWO, ITEMS);
        isReadBack(Set.of(OLIVES), new GenericType<Set<Item>>() {});
        isReadBack(Map.of("a", TWO, "b", List.of()), new GenericType<Map<String, List<Item>>>() {});
        isReadBack(Map.of(7L, OLIVES), new GenericType<Map<Long, Item>>() {});
        isReadBack(TWO, new GenericType<List<? extends Item>>() {});
        isReadBack(List.of("a", 1, true), new GenericType<List<Object>>() {});
        isReadBack("text", GenericType.of(String.class));
    }

    @Test
    void argumentsOfArraysAreReadBack() {
        GenericType<List<Item>[]> type = new GenericType<>() {};
        @SuppressWarnings({"unchecked", "rawtypes"})
        List<Item>[] lists = new List[] {TWO, List.of()};
        context.update(turn -> turn.put("value", lists, type));
        assertThat(context.value("value", type).orElseThrow()).containsExactly(lists);
    }

    record Cart(List<Item> items, Map<String, Set<Item>> byShop, List<List<Item>> before) {}

    abstract static class Held<T> {
        public List<T> content = List.of();
    }

    static final class HeldItems extends Held<Item> {}

    @Test
    void componentsOfTypedDataAreReadBack() {
        Cart cart = new Cart(TWO, Map.of("shop", Set.of(OLIVES)), List.of(TWO, List.of()));
        HeldItems held = new HeldItems();
        held.content = TWO;
        context.update(turn -> turn.data(cart).data(held));
        assertThat(context.data(Cart.class)).hasValue(cart);
        assertThat(context.data(HeldItems.class).orElseThrow().content).isEqualTo(TWO);
    }

    record Page<T>(List<T> content, int number) {}

    record WithWildcard(List<?> content) {}

    @Test
    void aClassWithTypeVariablesIsReadBackByItsArguments() {
        isReadBack(new Page<>(TWO, 1), new GenericType<Page<Item>>() {});
        isReadBack(new Page<>(List.of(Map.of("a", OLIVES)), 1), new GenericType<Page<Map<String, Item>>>() {});
    }

    @Test
    void withoutItsArgumentsItIsRefusedWithTheVariableAndTheRemedy() {
        for (Object lost : List.of(new Page<>(TWO, 1), new WithWildcard(TWO))) {
            String named = lost instanceof Page ? "the type variable T" : "the wildcard ?";
            for (ThrowingUpdate update :
                    List.<ThrowingUpdate>of(turn -> turn.data(lost), turn -> turn.put("value", lost))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> context.update(update::on))
                        .withMessageContaining("\"content\" is declared with " + named)
                        .withMessageContaining("with its GenericType");
            }
        }
        assertThat(context.read().snapshot().data()).isEmpty();
    }

    private interface ThrowingUpdate {
        Turn on(Turn turn);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(value = Circle.class, name = "circle")})
    interface Shape {}

    record Circle(int radius) implements Shape {}

    @Test
    void elementsKeepTheIdOfTheirClass() {
        isReadBack(List.of(new Circle(1)), new GenericType<List<Shape>>() {});
    }

    @Test
    void whatIsNotReadBackAsItsDeclaredTypeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        context.update(turn -> turn.put("value", List.of(OLIVES), new GenericType<List<Object>>() {})))
                .withMessageContaining("would not be read back equal");
    }

    @Test
    void aMapperOfTheUsersReadsTheSame() {
        FsmContext own = Fsm.builder(storage)
                .codec(new JacksonCodec(new ObjectMapper()))
                .build()
                .context(KEY);
        own.update(turn -> turn.put("cart", TWO, ITEMS));
        assertThat(own.value("cart", ITEMS)).hasValue(TWO);
    }

    @Test
    void whatIsNotOfTheTypeIsNamedWithItsArguments() {
        context.updateData("cart", List.of("secret42"));
        assertThatExceptionOfType(UnreadableDataException.class)
                .isThrownBy(() -> context.value("cart", ITEMS))
                .withMessageContaining("\"cart\" cannot be read as java.util.List<" + Item.class.getName() + ">")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("secret42"))
                .satisfies(e -> assertThat(e.type()).isEqualTo(ITEMS.type()));
    }

    private static <T> GenericType<List<T>> listOf() {
        return new GenericType<>() {};
    }

    private static <T extends Item> GenericType<T[]> arrayOf() {
        return new GenericType<>() {};
    }

    @Test
    void whatNobodyCanKnowIsRefusedByName() {
        isRefused(GenericDataTest::<Item>listOf, "the type variable T of java.util.List<T>");
        isRefused(GenericDataTest::<Item>arrayOf, "the type variable T of T[]");
        isRefused(() -> new GenericType<Map<String, ?>>() {}, "the wildcard ? of java.util.Map<java.lang.String, ?>");
        isRefused(() -> new GenericType<Collection<? super Item>>() {}, "the wildcard ? super ");
        isRefused(() -> new GenericType<List<? extends List<?>>>() {}, "the wildcard ?");
    }

    private static void isRefused(Runnable type, String named) {
        assertThatIllegalArgumentException()
                .isThrownBy(type::run)
                .withMessageContaining(named)
                .withMessageContaining("new GenericType<List<Item>>() {}");
    }

    @Test
    @SuppressWarnings("rawtypes")
    void aTypeWithoutArgumentIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GenericType() {})
                .withMessageContaining("names no type");
    }

    @Test
    void typesAreEqualByWhatTheyName() {
        assertThat(ITEMS)
                .isEqualTo(new GenericType<List<Item>>() {})
                .hasSameHashCodeAs(new GenericType<List<Item>>() {});
        assertThat(ITEMS).isNotEqualTo(new GenericType<List<String>>() {}).isNotEqualTo(GenericType.of(List.class));
        assertThat(ITEMS).hasToString("java.util.List<" + Item.class.getName() + ">");
        assertThat(GenericType.of(Item.class)).isEqualTo(new GenericType<Item>() {});
    }
}
