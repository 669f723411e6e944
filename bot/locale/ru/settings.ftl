# О чём человеку сообщают, как и когда.

command-settings = О чём и когда я сообщаю
settings-title = <b>О чём и как я сообщаю</b>
settings-line = { $name }: { $how }
settings-how-chat = чат
settings-how-mail = почта
settings-how-inbox = входящие
settings-how-none = выключено
settings-zone = Часовой пояс: { $zone }, там сейчас { $time }
settings-quiet = Тихие часы: с { $from } до { $until }. Новости ждут их конца, сообщения о безопасности не ждут.
settings-quiet-none = Тихие часы: нет
settings-mail-dead =
    <b>Почта до вас не доходит</b>
    Ваш ящик отвергает наши письма с { $since }: { $answer }
    Я сообщаю вам в этом чате.
settings-mandatory = Полностью отключить это нельзя: один способ связи остаётся.
category-security = Безопасность
    .hint = Кто входил в ваш аккаунт и о чём договорились от вашего имени: карты в магазинах, регулярные платежи.
category-verification = Подтверждения
    .hint = Ссылки и вопросы, которые ждут вас: адрес, который надо подтвердить, платёж, который надо подтвердить в банке.
category-payments = Платежи
    .hint = Что стало с вашими платежами. Если включены оба способа, важное приходит обоими, остальное – в чат.
category-refunds = Возвраты
    .hint = Деньги, которые возвращаются к вам.
category-disputes = Споры
    .hint = Платежи, которые оспариваете вы или ваш банк.
category-shop = Ваши магазины
    .hint = Что происходит в магазинах, от имени которых вы действуете. Как часто сообщать, выбирается на странице учётной записи.
category-reports = Итог месяца
    .hint = В первые дни месяца – сколько вы заплатили и вернули за прошлый.
category-news = Новости
    .hint = Что нового в Aviso, несколько раз в год. Только если хотите.
channel-telegram = Чат
channel-email = Почта
channel-inbox = Входящие
key-settings = Настройки
key-quiet = Тихие часы
key-quiet-none = Без них
key-zone = Часовой пояс
key-try-mail = Послать ссылку на почту
choose-quiet =
    <b>Когда мне молчать?</b>
    Время – по поясу { $zone }. О том, что придёт за это время, я расскажу, когда они кончатся. Другие часы можно задать на странице аккаунта.
ask-time-zone =
    <b>Где вы живёте?</b>
    Напишите по-английски название большого города поблизости, например Moscow или Almaty.
choose-time-zone = Какой?
time-zone-unknown = Я не знаю пояса, в названии которого есть { $text }. Напишите по-английски город покрупнее или /cancel.
mail-tried =
    <b>Загляните в почту</b>
    Я ещё раз написал на { $email }. Откройте ссылку в письме, и почта снова будет приходить. Если письма нет, ящик всё ещё его отвергает.
toast-last-channel = Один способ связи для этого должен остаться.

news-notice =
    <b>{ $title }</b>
    { $text }

report-title = <b>Ваши платежи: { $month }</b>
report-line = Платежей: { $count }. Оплачено <b>{ $paid }</b>, из них вернулось { $refunded }.
key-table = Таблицей

shop-digest = <b>Что произошло в { $shop }</b>{ $test }
shop-digest-hourly = <b>{ $shop } за последний час</b>{ $test }
shop-digest-daily = <b>{ $shop } за последний день</b>{ $test }
shop-digest-lines = <b>Самое важное</b>
key-shop-open = Открыть магазин
digest-payment-captured = Оплачено
digest-payment-declined = Отклонено
digest-refund-succeeded = Возвращено
digest-refund-failed = Возвраты не удались
digest-dispute-opened = Новые споры
digest-dispute-won = Споры выиграны
digest-dispute-lost = Споры проиграны
digest-endpoint-failing = Вебхуки не отвечают
digest-endpoint-disabled = Вебхуки отключены
