# Общее для всех сообщений: пометки, даты, кнопки, короткие ответы, сбои.

mark-test = <b>[ТЕСТ]</b>
moment = { $day } { $month } { $year } г., { $time } UTC
month-1 = января
month-2 = февраля
month-3 = марта
month-4 = апреля
month-5 = мая
month-6 = июня
month-7 = июля
month-8 = августа
month-9 = сентября
month-10 = октября
month-11 = ноября
month-12 = декабря

line-wallet = Способ оплаты: { $wallet }
line-card = Карта •• { $last4 }
line-order = Заказ <code>{ $order }</code>
line-reference = Номер платежа <code>{ $reference }</code>
line-date = { $at }
line-codes-left = Осталось запасных кодов: { $left }
line-device = Устройство: { $device }
line-refund-pending = Возврат <b>{ $amount }</b> отправлен в ваш банк.

key-payments = Мои платежи
key-language = Язык
key-help = Помощь
key-begin = Начать
key-details = Подробнее
key-back = Назад
key-not-me = Это не я
key-not-me-sure = Да, это был не я
key-account = Открыть мой аккаунт

toast-outdated = Эта кнопка больше не действует. Откройте меню заново.
toast-not-yours = Этого платежа нет в вашем аккаунте.

error-incident =
    <b>Не получилось</b>
    На нашей стороне произошёл сбой, ваш запрос не выполнен. Попробуйте ещё раз через минуту. Если сбой повторится, назовите поддержке этот номер: <code>{ $incident }</code>.
