# Почему платёж не прошёл, словами, которые можно сказать покупателю, и что делать дальше.

decline-card-declined = Банк не одобрил его и не назвал причину.
decline-insufficient-funds = На карте не хватило денег.
decline-expired-card = Срок действия карты истёк.
decline-incorrect-cvc = Код безопасности не подошёл к карте.
decline-incorrect-number = Банк не знает такого номера карты.
decline-processing-error = Сбой произошёл на стороне банка. Деньги не списаны.
decline-card-velocity-exceeded = По этой карте было слишком много платежей за короткое время.
decline-bank-unavailable = Не удалось связаться с банком. Деньги не списаны.
decline-amount-mismatch = Банк подтвердил другую сумму, поэтому мы отменили платёж. Если банк что-то заблокировал, он это освободит.
decline-transaction-not-permitted = Банк не разрешает такие платежи по этой карте.
decline-amount-limit-exceeded = Сумма больше лимита, который банк установил для карты.
decline-authentication-required = Банк просит подтвердить платёж на своей странице.
decline-authentication-failed = Платёж не был подтверждён на странице банка.
decline-refused-by-buyer = Платёж был отклонён или отменён на странице подтверждения.
decline-action-expired = Платёж не был подтверждён вовремя.
decline-card-not-accepted = Магазин не принимает эту карту для этого платежа.
decline-retry-limit-reached = По этой карте было слишком много попыток этого платежа.
decline-card-frozen = Сохранённая карта недоступна для платежей.
decline-verification-failed = Платёж не подтверждён: введён неверный код или код не введён вовремя.
decline-verification-unavailable = Этот платёж нужно было подтвердить, а чата или адреса почты, где вас можно спросить, нет.
decline-denied-by-buyer = Вы или владелец карты сообщили, что это не ваш платёж.

advice-retry-later = Позже можно попробовать ту же карту ещё раз.
advice-other-card = Проверьте данные или заплатите другой картой.
advice-never = Пожалуйста, не повторяйте этот платёж этой картой. Подробности можно узнать в банке.
