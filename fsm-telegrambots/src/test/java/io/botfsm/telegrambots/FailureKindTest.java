package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.telegram.telegrambots.meta.api.objects.ApiResponse;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

class FailureKindTest {
    @ParameterizedTest
    @CsvSource({"400, OWN", "403, OWN", "429, AMBIGUOUS", "502, AMBIGUOUS"})
    void anAnswerThatConcernsOneChatIsNoOutageHoweverItIsWrapped(int code, FailureKind kind) {
        Throwable answer = new TelegramApiRequestException(
                "refused",
                ApiResponse.builder()
                        .ok(false)
                        .errorCode(code)
                        .errorDescription("no")
                        .build());

        assertThat(FailureKind.of(answer, TelegramApiException.class::isInstance))
                .isEqualTo(kind);
        assertThat(FailureKind.of(
                        new TelegramApiException("cannot send", answer), TelegramApiException.class::isInstance))
                .isEqualTo(kind);
    }
}
