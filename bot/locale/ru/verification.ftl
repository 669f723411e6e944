# Что бот просит подтвердить, клавиатура и чем это кончилось.

verification-question =
    <b>Это вы платите?</b>{ $test }
    <b>{ $amount }</b> в <b>{ $shop }</b>, карта •• { $last4 }

    Если это вы, нажмите «Подтвердить» и введите секретный код в течение трёх минут. Если это не вы, нажмите «Это не я»: ничего не будет оплачено, а сохранённая карта будет заблокирована.
verification-keypad =
    <b>{ $amount }</b> в <b>{ $shop }</b>, карта •• { $last4 }{ $test }

    Секретный код: <b>{ $dots }</b>
    Только нажимайте кнопки: никогда не пишите код в чат.
verification-wrong = Код неверный. Осталось попыток: { $left }
verification-checking =
    <b>{ $amount }</b> в <b>{ $shop }</b>{ $test }
    Проверяю код…
verification-passed =
    <b>Подтверждено</b>{ $test }
    <b>{ $amount }</b> в <b>{ $shop }</b>, карта •• { $last4 }. Платёж продолжается.
verification-passed-declined =
    <b>Подтверждено, но не оплачено</b>{ $test }
    <b>{ $amount }</b> в <b>{ $shop }</b>, карта •• { $last4 }. { $why }
verification-passed-action =
    <b>Подтверждено</b>{ $test }
    <b>{ $amount }</b> в <b>{ $shop }</b>, карта •• { $last4 }. Банку нужно ещё кое-что: вернитесь на страницу, где вы платите.
verification-refused =
    <b>Остановлено</b>{ $test }
    <b>{ $amount }</b> в <b>{ $shop }</b> не оплачено. Поддержка разберётся, а сохранённая там карта заблокирована. Если данные карты может знать кто-то ещё, позвоните в банк.
verification-failed =
    <b>Не подтверждено</b>{ $test }
    Код слишком часто был неверным. <b>{ $amount }</b> в <b>{ $shop }</b> не оплачено. Попробуйте ещё раз в магазине.
verification-expired =
    <b>Слишком поздно</b>{ $test }
    Никто вовремя не подтвердил <b>{ $amount }</b> в <b>{ $shop }</b>, поэтому платежа не было. Попробуйте ещё раз в магазине.
verification-withdrawn =
    <b>Уже не нужно</b>{ $test }
    Платёж <b>{ $amount }</b> в <b>{ $shop }</b> отменён.
key-verify = Подтвердить
key-erase = ⌫
key-enter = OK
key-leave-keypad = Назад
key-verifier = Секретный код
toast-old-keypad = Эта кнопка от прежней клавиатуры. Нажимайте на новой.
security-verifier-on = Секретный код для платежей: задан
security-verifier-off = Секретный код для платежей: не задан
