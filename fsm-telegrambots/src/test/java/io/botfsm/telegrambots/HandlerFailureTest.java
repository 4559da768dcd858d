package io.botfsm.telegrambots;

import static org.assertj.core.api.Assertions.assertThat;

import io.botfsm.storage.FsmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.telegram.telegrambots.meta.api.objects.ApiResponse;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

class HandlerFailureTest {
    @ParameterizedTest
    @CsvSource({"400, true", "403, true", "429, false", "502, false"})
    void anAnswerThatConcernsOneChatIsNoOutageHoweverItIsWrapped(int code, boolean own) {
        Throwable answer = new TelegramApiRequestException(
                "refused",
                ApiResponse.builder()
                        .ok(false)
                        .errorCode(code)
                        .errorDescription("no")
                        .build());

        assertThat(HandlerFailure.of(answer).isOwn(TelegramApiException.class::isInstance))
                .isEqualTo(own);
        assertThat(HandlerFailure.of(new TelegramApiException("cannot send", answer))
                        .isOwn(TelegramApiException.class::isInstance))
                .isEqualTo(own);
    }

    @Test
    void aSummarySaysNothingThatAUserHasWritten() {
        Throwable answer = new TelegramApiRequestException(
                "secret",
                ApiResponse.builder()
                        .ok(false)
                        .errorCode(400)
                        .errorDescription("secret")
                        .build());
        Exception failure = new IllegalStateException(
                "secret", new FsmException("of this library", new Exception("secret", answer)));
        assertThat(HandlerFailure.of(failure).summary())
                .isEqualTo("java.lang.IllegalStateException, caused by io.botfsm.storage.FsmException: of this library,"
                        + " caused by java.lang.Exception, caused by "
                        + TelegramApiRequestException.class.getName() + ": 400");
    }
}
